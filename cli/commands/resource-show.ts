import type { Command } from 'commander';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { ResourceView } from '../../protocol/resources.ts';
import { brokerClients } from '../jobs/clients.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';

/** `ogm resource show`: one resource, with what it can do. */
export function showCommand(): Command {
  return commandWith('show', ['client'], 'Show a resource: what it has, and what it can do')
    .argument('<name>', 'as ogm resource list has it')
    .action(async (name: string, _options, command: Command) => {
      const context = contextOf(command);
      const all = await brokerClients(context).resources.list();
      const found = all.find((one) => one.name === name);
      if (found === undefined)
        throw new Refusal(
          failure('not-found', `there is no resource '${name}'`, 'see yours with ogm resource list'),
        );
      if (context.json) context.out.print(JSON.stringify(found));
      else for (const line of table(linesOf(found))) context.out.print(line);
    });
}

function linesOf(resource: ResourceView): string[][] {
  const { name, owner, state, heardAgoMs, running, held, mostTasks, powers, says, sharedWith } = resource;
  const heard = heardAgoMs === null ? '' : `, heard ${Math.round(heardAgoMs / 1000)} s ago`;
  const shared =
    sharedWith === null || sharedWith.length === 0 ? [] : [['shared with', sharedWith.join(', ')]];
  return [
    ['resource', name],
    ['owner', owner],
    ['state', state + heard],
    ...(running === null
      ? []
      : [['tasks', `${running} running, ${held} held, of ${mostTasks ?? '?'} at once`]]),
    ['powers', powers === null ? 'not known, its agent is not there' : powers.join(', ')],
    ...shared,
    ...Object.entries(says ?? {}).map(([fact, value]) => [fact, [value].flat().join(', ')]),
  ];
}
