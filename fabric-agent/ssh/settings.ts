import { choice, duration, folder, list, port, text } from '../../platform/config/units.ts';

/** What an owner says of the host behind the agent, as a part of its settings. */
export const sshSettings = {
  'ssh-host': text(undefined, {
    says: 'The host on which tasks run where the back end is ssh: a name or an address.',
  }),
  'ssh-port': port(22, { says: 'The port of sshd there.' }),
  'ssh-user': text(undefined, {
    says: 'The user as whom tasks run there; needed where the back end is ssh.',
  }),
  'ssh-key': folder(undefined, {
    says: 'The file of a private key without a passphrase that lets this agent in there.',
  }),
  'ssh-known-hosts': folder(undefined, {
    says: 'The file with the host key of that host, as ssh-keyscan prints it; no other is believed.',
  }),
  'ssh-way': choice(['local', 'slurm', 'torque', 'sge'], 'local', {
    says: 'How tasks run on that host: local, as processes of that user; or as jobs of the batch system there.',
  }),
  'ssh-folder': text('.ogm', {
    says: 'The folder on that host in which each agent has one of its own, from the home of that user or absolute; for batch systems one that all their machines see.',
  }),
  'ssh-environment': list('text', [], {
    says: 'Variables with which commands run there, NAME=value each, such as PATH=/opt/slurm/bin:/usr/bin:/bin or SGE_ROOT=/opt/sge.',
  }),
  'ssh-options': list('text', [], {
    says: 'What ssh is told beside, Name=value each, as in ssh_config, such as ProxyJump=gate.example.org.',
  }),
  'ssh-interval': duration('1 s', {
    says: 'How often it is looked what running programs have printed and said there.',
    min: '10 ms',
  }),
  'ssh-silence': duration('30 s', {
    says: 'How long that host may not answer before the connection counts as broken, and is made anew.',
    min: '3 s',
  }),
};
