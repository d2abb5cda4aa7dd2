import { expect } from 'chai';
import { marketSettings } from '../../market/settings.ts';
import { StandingWatches } from '../../market/watches/standing.ts';

describe('the room for Watches that the store is about to keep', () => {
  it('counts those of a sender that are on their way, whichever of them arrives first', () => {
    const standing = new StandingWatches(marketSettings.parse({ 'watches-each': 2 }));
    let ids = 0;
    const reserve = () => {
      ids += 1;
      return standing.reserve({ watcher: 'ann', id: `w${ids}` });
    };
    const releaseOf = (room: ReturnType<typeof reserve>) => {
      if (typeof room === 'string') throw new Error(room);
      return () => room.release();
    };
    const [first] = [reserve(), reserve()].map(releaseOf);
    expect(reserve()).to.match(/^the market holds 2 Watches of yours/);
    first?.();
    const third = releaseOf(reserve());
    expect(reserve()).to.match(/^the market holds 2 Watches of yours/);
    third();
    expect(reserve()).to.not.be.a('string');
    expect(reserve()).to.match(/^the market holds 2 Watches of yours/);
  });
});
