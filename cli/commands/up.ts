import type { Command } from 'commander';
import { group } from '../../platform/lifecycle.ts';
import { localAdmission } from '../house/admission.ts';
import { AgentProcess } from '../house/agent-process.ts';
import type { AgentReport } from '../house/agent-report.ts';
import { freeArraysInTurn } from '../house/array-buffers.ts';
import { enrolOwnAgent } from '../house/own-agent.ts';
import { type ServiceAddresses, type ServiceName, Services } from '../house/services.ts';
import { type Context, commandWith, contextOf, dataFolder } from './context.ts';
import { serve, untilEndOfInput, whenStarted } from './serving.ts';

/** `ogm up`: all services in this process, and a local agent in one of its own. */
export function upCommand(): Command {
  return commandWith(
    'up',
    ['doors', 'agent'],
    'Start the market, the broker, infogather and an agent of this machine',
  )
    .option(...untilEndOfInput)
    .action(async (options: { untilEndOfInput?: true }, command: Command) => {
      const names = ['market', 'broker', 'infogather'] as const;
      const context = contextOf(command, names);
      const services = createServices(context, names, 8480);
      const enrolment = whenStarted(async () => {
        if (services.work !== undefined)
          await enrolOwnAgent(
            services.work,
            context.config.agent,
            dataFolder(context.config),
            services.addresses.http,
          );
      });
      const agent = new AgentProcess({ context, infogatherUrl: () => services.addresses.http });
      const report = whenStarted(() => tell(context, services.addresses, agent.report));
      await serve(context, group([services, enrolment, agent, report], context.log), options);
    });
}

/** `ogm market`, `ogm broker`, `ogm infogather`: one service alone. */
export function serviceCommand(name: ServiceName, httpPort: number): Command {
  const services: Record<ServiceName, Parameters<typeof commandWith>[1]> = {
    market: ['doors'],
    broker: ['doors', 'client'],
    infogather: ['doors'],
  };
  return commandWith(
    name,
    services[name],
    `Start ${name === 'infogather' ? name : `the ${name}`} alone`,
  ).action(async (_options, command: Command) => {
    const context = contextOf(command, [name]);
    const part = createServices(context, [name], httpPort);
    const report = whenStarted(() => tell(context, part.addresses, undefined));
    await serve(context, group([part, report], context.log));
  });
}

function createServices(context: Context, names: readonly ServiceName[], httpPort: number): Services {
  const { config, clock, log, egress } = context;
  freeArraysInTurn(); // here and not where services are made, for it is of the whole process
  return new Services({
    config,
    names,
    folder: dataFolder(config),
    httpPort: config.doors['http-port'] ?? httpPort,
    admission: { owner: localAdmission(config, log), guests: localAdmission(config, log, true) },
    egress,
    clock,
    log,
  });
}

/** Says where to look. */
function tell(context: Context, services: ServiceAddresses, agent: AgentReport | undefined): void {
  const { out } = context;
  if (context.json) {
    out.print(JSON.stringify({ ready: true, ...services, agent: agent ?? null }));
    return;
  }
  out.print(`Open Grid Market is open; everything is kept in ${dataFolder(context.config)}`);
  for (const [name, address] of Object.entries(services.text)) {
    out.print(`  ${name.padEnd(10)}  ${services.http}/${name}  and as text at ${address}`);
  }
  if (services.https !== undefined) out.print(`  from other machines, with a token: ${services.https}`);
  if (agent === undefined) return;
  out.print(
    `  agent       answers polls ${agent.poll === null ? 'over its own line' : `at ${agent.poll}`}, and offers`,
  );
  for (const { name, host } of agent.applications)
    out.print(`                ${host === null ? name : `${name} at ${host}`}`);
  if (agent.page !== null) out.print(`  its page    ${agent.page}`);
  const [first] = agent.applications;
  if (first !== undefined && first.host !== null)
    out.print(`Try: ogm run ${first.name} --market-url ${services.http} FILE -- ARGUMENTS`);
}
