import { expect } from 'chai';
import { settingsSchema } from '../../cli/settings.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { settingsOf } from '../../platform/config/settings.ts';

describe('the settings of all rooms together', () => {
  it('stand by themselves: nothing needs to be set', () => {
    const { config } = loadConfig(settingsSchema, { env: {} });
    expect(config.market['tell-lifetime']).to.equal(3_600_000);
    expect(config.doors['market-port']).to.equal(7684);
    expect(config.infogather['poll-interval']).to.equal(10_000);
    expect(config.egress['host-ranges']).to.deep.equal(['127.0.0.0/8', '::1/128']);
  });

  it('know no address on which a door could listen', () => {
    const listening = settingsOf(settingsSchema).filter(({ path }) => /listen|bind|interface/.test(path));
    expect(listening.map(({ path }) => path)).to.deep.equal(['agent.listen-retry']);
  });
});
