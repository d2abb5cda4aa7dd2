import type { Situation } from '../protocol/why/situation.ts';

/** Situations that are about one thing, by their names. */
export interface WhyTopic {
  readonly title: string;
  readonly introduction: string;
  readonly situations: Readonly<Record<string, Situation>>;
}

/** `docs/why.md`: each situation with its sentence, and what to do. */
export function whyPage(topics: readonly WhyTopic[]): string {
  const count = topics.reduce((all, { situations }) => all + Object.keys(situations).length, 0);
  return [
    '# Why something waits, or has failed',
    '',
    '`ogm why WHAT` names the cause in one sentence, and what to do. WHAT is a file with an Ask, or the id of a job, of a task',
    '(`JOB.NUMBER`), of an offer, of an agreement, or of a Watch. With `--json` it says which of the situations below it is.',
    'Programs ask `GET /broker/v1/why/{id}` of the broker; of a Watch the market is asked, by a Why with its Id as `In-reply-to`.',
    '',
    `These are the ${count} situations. In the sentences, what stands in braces is what it was then: a number, a name, or a line of`,
    'somebody else, such as the market’s about a clause, or the batch system’s own word. Where there is a second sentence, it is',
    'the one of a single node, task or Tell. The page is made from the table that `ogm why` speaks by; a test',
    'builds each of them, by markets, brokers, agents and batch systems as they are wherever those can be had.',
    ...topics.flatMap(topicLines),
    '',
  ].join('\n');
}

function topicLines({ title, introduction, situations }: WhyTopic): string[] {
  return [
    '',
    `## ${title}`,
    '',
    introduction,
    '',
    '| situation | cause | what to do |',
    '|---|---|---|',
    ...Object.entries(situations).map(([name, { says, one, next }]) => {
      const cause = one === undefined ? says : `${says} <br> ${one}`;
      return `| \`${name}\` | ${escaped(cause)} | ${escaped(next)} |`;
    }),
  ];
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*');
}
