import type { Command } from 'commander';

/** The commands of a program by their names, each loaded when it is named. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** What users and owners of machines do: all of it speaks to services that run elsewhere. */
export const userCommands: Commands = {
  agent: async () => (await import('./commands/agent.ts')).agentCommand(),
  tell: async () => (await import('./commands/documents.ts')).tellCommand(),
  ask: async () => (await import('./commands/documents.ts')).askCommand(),
  why: async () => (await import('./commands/why.ts')).whyCommand(),
  watch: async () => (await import('./commands/watch.ts')).watchCommand(),
  replay: async () => (await import('./commands/why.ts')).replayCommand(),
  plan: async () => (await import('./commands/plan.ts')).planCommand(),
  prices: async () => (await import('./commands/prices.ts')).pricesCommand(),
  nodes: async () => (await import('./commands/nodes.ts')).nodesCommand(),
  node: async () => (await import('./commands/node.ts')).nodeCommand(),
  submit: async () => (await import('./commands/submit.ts')).submitCommand(),
  offer: async () => (await import('./commands/offer.ts')).offerCommand(),
  agreement: async () => (await import('./commands/agreement.ts')).agreementCommand(),
  bill: async () => (await import('./commands/bill.ts')).billCommand(),
  job: async () => (await import('./commands/job.ts')).jobCommand(),
  task: async () => (await import('./commands/task.ts')).taskCommand(),
  resource: async () => (await import('./commands/resource.ts')).resourceCommand(),
  user: async () => (await import('./commands/user.ts')).userCommand(),
  account: async () => (await import('./commands/account.ts')).accountCommand(),
  token: async () => (await import('./commands/token.ts')).tokenCommand(),
  run: async () => (await import('./commands/run.ts')).runCommand(),
  sla: async () => (await import('./commands/sla.ts')).slaCommand(),
};
