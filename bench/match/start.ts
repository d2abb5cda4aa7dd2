import type { Bench } from '../harness/bench.ts';
import { filledFolder } from '../harness/filled.ts';
import { Service } from '../harness/service.ts';
import { figureOf } from '../harness/times.ts';
import { openConversation } from '../load/conversation.ts';
import { jobAsk } from './documents.ts';
import { counted } from './sides.ts';

/** How long a market takes from nothing to its first answer. */
export const startBench: Bench = {
  name: 'match-start',
  says: 'a market that was full when it was stopped',
  async run(context) {
    const tells = context.quick ? 1_000 : 100_000;
    const data = await filledFolder(tells, 'machines', context);
    const rounds = context.quick ? 1 : context.rounds;
    const [seconds, cpuSeconds, memory]: [number[], number[], number[]] = [[], [], []];
    for (let round = 1; round <= rounds; round += 1) {
      context.progress(round);
      const begun = performance.now();
      await using market = await Service.start({ name: 'market', data });
      await using conversation = await openConversation('text', market.text);
      await conversation.ask(jobAsk(round));
      seconds.push((performance.now() - begun) / 1_000);
      cpuSeconds.push(await market.cpuSeconds());
      memory.push(await market.residentMiB());
    }
    const full = `a market of ${counted(tells)} Tells of 40 headers`;
    return {
      comparisons: [],
      figures: [
        figureOf(`from spawn to the first answer, ${full}`, 's', seconds),
        figureOf(`processor time for it, ${full}`, 's', cpuSeconds),
        figureOf(`resident memory then, ${full}`, 'MiB', memory),
      ],
    };
  },
};
