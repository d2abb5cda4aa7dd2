import { WebSocket } from 'ws';
import { printDocument1 } from '../../grammar/index.ts';
import { sentence } from '../../platform/failure.ts';
import type { AnswerFrame, DocumentAnswer } from '../../protocol/frames.ts';
import { converseWith, dial } from '../platform/doors/support.ts';
import type { OpenDoors } from './doors.ts';

/**
 * One way to say documents, one after the other, to a service at a path: the documents that answer them as text, and what
 * is wrong with them, or likely is, as `# error:` and `# warning:` lines before those, as the text door has it.
 */
export type Way = (doors: OpenDoors, path: string, documents: readonly string[]) => Promise<string>;

export const overText: Way = async (doors, _path, documents) => {
  const answer = await converseWith(doors.text, documents.map((one) => `${one.trimEnd()}\n\n`).join(''));
  return answer.replaceAll(/[\r\n]+/g, '\n');
};

export const overHttp: Way = (doors, path, documents) =>
  posted(doors, path, documents, {}, (response) => response.text());

/** Asked in text, answered in JSON. */
export const overJson: Way = (doors, path, documents) =>
  posted(doors, path, documents, { Accept: 'application/json' }, async (response) =>
    inText((await response.json()) as object[]),
  );

/** Documents that are JSON, answered in text. */
export const ofJson: Way = (doors, path, documents) =>
  posted(doors, path, documents, { 'Content-Type': 'application/json', Accept: 'text/sla' }, (response) =>
    response.text(),
  );

export const overWebSocket: Way = async (doors, path, documents) => {
  const frames = (await doors.frames(`${path}/ws`, documents)) as AnswerFrame[];
  return saidBy(frames);
};

/** All of them in one frame. */
export const inOneFrame: Way = async (doors, path, documents) => {
  const [frame] = (await doors.frames(`${path}/ws`, [documents.join('\n\n')])) as [AnswerFrame];
  return saidBy(frame.answers ?? [frame]);
};

function saidBy(all: readonly DocumentAnswer[]): string {
  const answers = all.map(({ documents: replies = [], warnings = [], problem }) => {
    const said = warnings.map((one) => `# warning: ${one}\n`);
    if (problem !== undefined) return [...said, errorLines(problem)].join('');
    const texts = replies.map((one) => (typeof one === 'string' ? one : inText([one])));
    return [...said, ...texts].join('');
  });
  return answers.join('').replaceAll(/[\r\n]+/g, '\n');
}

/** One way to follow something by a Watch: so many documents that come over its connection, its answer the first. */
export type Following = (
  doors: OpenDoors,
  path: string,
  watch: string,
  count: number,
) => Promise<readonly string[]>;

export const followText: Following = async (doors, _path, watch, count) => {
  const socket = await dial(doors.text);
  try {
    socket.setEncoding('utf8').write(`${watch}\n`);
    let all = '';
    for await (const text of socket) {
      all += text;
      const documents = all.split(/\r?\n\r?\n/).slice(0, -1);
      if (documents.length >= count) return documents.map((one) => `${one.replaceAll('\r', '')}\n`);
    }
    throw new Error(`the connection has ended after:\n${all}`);
  } finally {
    socket.destroy();
  }
};

export const followWebSocket: Following = async (doors, path, watch, count) => {
  const socket = new WebSocket(`${doors.url.replace('http', 'ws')}${path}/ws`);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const came: string[] = [];
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { documents?: string[]; pushed?: string[] };
      came.push(...(frame.documents ?? frame.pushed ?? []));
      if (came.length >= count) resolve(came);
    });
    socket.once('close', (code) => reject(new Error(`closed with ${code} after:\n${came.join('\n')}`)));
    socket.once('open', () => socket.send(watch));
    return await promise;
  } finally {
    socket.terminate();
  }
};

async function posted(
  doors: OpenDoors,
  path: string,
  documents: readonly string[],
  headers: Record<string, string>,
  textOf: (response: Response) => Promise<string>,
): Promise<string> {
  let all = '';
  for (const document of documents) {
    const response = await doors.post(path, document, headers);
    const warnings = response.headers.get('SLA-Warning')?.split(/, (?=line )/) ?? [];
    all += warnings.map((one) => `# warning: ${decodeURIComponent(one)}\n`).join('');
    if (!response.ok) all += errorLines((await response.json()) as Problem);
    else if (response.status !== 204) all += await textOf(response);
  }
  return all.replaceAll(/[\r\n]+/g, '\n');
}

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly next?: string | undefined;
}

/** As the text door says it: what the language refuses a line each, all else with its next step. */
function errorLines(problem: Problem): string {
  if (problem.code !== 'document-refused') return `# error: ${sentence(problem)}\n`;
  return problem.detail
    .split('\n')
    .map((line) => `# error: ${line}\n`)
    .join('');
}

function inText(documents: readonly object[]): string {
  return documents
    .map((one) => {
      const headers = Object.entries(one as Record<string, string | string[]>).flatMap(([name, values]) =>
        [values].flat().map((value) => ({ name, value })),
      );
      return `${printDocument1({ headers })}\n`;
    })
    .join('');
}
