import { expect } from 'chai';
import { checkAllowed } from '../../language-door/allowed.ts';
import { languageDoor } from '../../language-door/receiver.ts';
import { textConversation } from '../../language-door/text.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { createTextDoor } from '../../platform/doors/text.ts';
import { createRangeAdmission } from '../../platform/identity/address-admission.ts';
import { silentLog } from '../../platform/log.ts';
import { anyPort, converseWith, textLimits } from '../platform/doors/support.ts';
import { counting } from './support.ts';

const all = ['Ask', 'Why', 'Watch', 'Unwatch', 'Tell', 'Untell'] as const;

describe('what a sender may send', () => {
  const allowed = (only?: Sender['only'], envelope?: object) =>
    all.filter((action) => {
      try {
        checkAllowed({ action, envelope }, { address: '192.0.2.1', uid: undefined, only });
        return true;
      } catch (error) {
        expect(error).to.include({ code: 'not-allowed', status: 403 });
        return false;
      }
    });

  it('is what leaves nothing behind, what changes nothing, or everything', () => {
    expect(allowed('asking')).to.deep.equal(['Ask', 'Why']);
    expect(allowed('reading')).to.deep.equal(['Ask', 'Why', 'Watch', 'Unwatch']);
    expect(allowed()).to.deep.equal(all);
    expect(allowed('telling-ownerless')).to.deep.equal(['Ask', 'Why', 'Tell']);
    expect(allowed('telling-ownerless', {}), 'of version 1.0').to.deep.equal(['Ask', 'Why']);
  });

  it('is what is said of a deal, whoever they are: who has the deal judges', () => {
    for (const only of ['asking', 'telling-ownerless', 'reading'] as const)
      for (const action of ['Accept', 'Counter', 'Terminate', 'Bill'] as const)
        checkAllowed({ action, envelope: {} }, { address: '192.0.2.1', uid: undefined, only });
  });

  it('is held at a text door for other machines: they ask, and tell nothing, not even what was told before', async () => {
    const taken: string[] = [];
    const door = languageDoor(
      (document, ...rest) => {
        taken.push(document.action);
        return counting(document, ...rest);
      },
      (text) =>
        text.includes('Action: Tell') ? Promise.resolve(taken.push('repeated') ? [] : []) : undefined,
    );
    await using text = createTextDoor({
      name: 'text',
      listen: anyPort,
      limits: textLimits,
      admission: createRangeAdmission({ 'doors.text': ['127.0.0.0/8'], 'doors.text-tell': [] }),
      log: silentLog,
      ...textConversation(door),
    });
    await text.start();
    const told = 'SLA-version: 0.1\nAction: Tell\nApplication: 1\nBroker-IP: 193.10.66.141:7685\n\n';
    const asked = 'SLA-version: 0.1\nAction: Ask\nApplication: 1\n\n';
    const answer = await converseWith(text.listening, told + asked);
    expect(answer).to.match(
      /^# error: this is a Tell, and you may only ask here; [^\n]*\nSLA-version: 0\.1\nAction: Tell/,
    );
    expect(taken).to.deep.equal(['Ask']);
  });
});
