import type { Demo } from './demo.ts';

/** Says documents at a text door, and shows them and what answers. */
export async function show(
  demo: Demo,
  title: string,
  service: 'market' | 'broker' | 'infogather',
  question: string,
): Promise<string> {
  const { out } = demo;
  out.print(`\n${out.paint('bold', title)}`);
  for (const line of question.trimEnd().split('\n')) out.print(out.paint('cyan', `  > ${line}`));
  const answer = await demo.say(service, question);
  for (const line of answer.trimEnd().split('\n')) out.print(out.paint('dim', `  < ${line}`.trimEnd()));
  return answer;
}
