import type { PageDocument, PageElement } from './document.ts';
import type { LogView, NodeView, StatusView } from './view.ts';

declare const document: PageDocument;
declare const location: { readonly hash: string; readonly pathname: string };
declare const history: { replaceState(state: null, title: string, url: string): void };
declare const sessionStorage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
};

/**
 * The program of the page. It stands alone, for its text is what a browser gets: all that it knows is in it. What it is told
 * becomes text and nothing else.
 */
function runPage(): void {
  /** How long it waits before it asks again after the line has broken, in milliseconds. */
  const againMs = 2_000;
  /** Lines of the log that are shown. */
  const mostLines = 200;
  const nodes = document.getElementById('nodes')!;
  const log = document.getElementById('log')!;
  const link = document.getElementById('link')!;
  const lines: string[] = [];
  /** What was said about the last order, by the resource. */
  const said = new Map<string | null, string>();
  let last: StatusView | undefined;
  /** Whether an order is under way. */
  let isGiving = false;
  void main();

  async function main(): Promise<void> {
    await openByLink();
    for (;;) {
      await follow().catch((error: unknown) => {
        link.textContent = `No word of the agent: ${error instanceof Error ? error.message : error}`;
      });
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }

  /** A link says once who we are; its address is not to stay. */
  async function openByLink(): Promise<void> {
    const [, secret] = /^#link=([\w-]{43})$/.exec(location.hash) ?? [];
    if (secret === undefined) return;
    history.replaceState(null, '', location.pathname);
    const answer = await call('POST', '/agent/v1/session', { link: secret });
    if (!answer.ok) return;
    const { token } = (await answer.json()) as { token: string };
    sessionStorage.setItem('ogm-token', token);
  }

  function call(method: string, path: string, body?: object): Promise<Response> {
    const token = sessionStorage.getItem('ogm-token');
    return fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Shows what the agent tells, until the line breaks. */
  async function follow(): Promise<void> {
    const answer = await call('GET', '/agent/v1/events');
    if (!answer.ok) throw new Error(await whyNot(answer));
    link.textContent = 'Live: what you see is how it is.';
    lines.length = 0;
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(bytes, { stream: true });
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) take(event);
    }
    throw new Error('it has ended');
  }

  function take(event: string): void {
    const [, kind, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
    if (kind === 'status') show(JSON.parse(data) as StatusView);
    if (kind === 'log') tell(JSON.parse(data) as LogView);
  }

  async function whyNot(answer: Response): Promise<string> {
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string; next?: string };
    return [problem.detail ?? `it answers ${answer.status}`, problem.next].filter(Boolean).join('; ');
  }

  function tell(view: LogView): void {
    const isAtEnd = log.scrollTop + 600 >= log.scrollHeight;
    lines.push(...view.lines.map(({ text }) => text));
    lines.splice(0, lines.length - mostLines);
    log.textContent = lines.join('\n');
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  function show(view: StatusView): void {
    last = view;
    // Who is at a button stays there.
    const at = document.activeElement?.id ?? '';
    nodes.replaceChildren(...view.nodes.map(showNode));
    if (at !== '') document.getElementById(at)?.focus();
  }

  function make(
    tag: string,
    children: (PageElement | string)[],
    names: Record<string, string> = {},
  ): PageElement {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(names)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function showNode(node: NodeView, index: number): PageElement {
    const id = `node-${index}`;
    const title = make('h2', [node.resource ?? node.node], { id });
    const children = [
      title,
      showStanding(node),
      showOrders(node, index),
      showBrokers(node),
      showTasks(node),
      showAllowed(node),
    ];
    return make('section', children, { 'aria-labelledby': id });
  }

  function pairs(all: readonly (readonly [string, PageElement | string])[]): PageElement {
    return make(
      'dl',
      all.flatMap(([term, value]) => [make('dt', [term]), make('dd', [value])]),
    );
  }

  function showStanding(node: NodeView): PageElement {
    const { capacity, free } = node;
    const used = (all: number, left: number) => `${round(all - left)} of ${round(all)} in use`;
    return pairs([
      ['State', make('span', [stateWords(node)], { class: 'state', 'data-state': node.state })],
      ['Tasks', `${node.running} run or are about to, ${node.held} wait for their turn`],
      ['Load', node.load === null ? 'not known' : `${node.load} for each core`],
      ...(capacity === null || free === null
        ? []
        : ([
            ['Places', used(capacity.tasks, free.tasks)],
            ['Cores', used(capacity.cpus, free.cpus)],
            [
              'Memory',
              `${size(capacity.memoryBytes - free.memoryBytes)} of ${size(capacity.memoryBytes)} in use`,
            ],
          ] as const)),
      ['Back end', [node.backEnd, ...node.powers].join(', ')],
      ['Node', node.node],
    ]);
  }

  function stateWords(node: NodeView): string {
    if (node.drainedSinceMs !== null) return `drained since ${when(node.drainedSinceMs)}`;
    if (node.unwilling !== null) return node.unwilling;
    return { ready: 'ready', busy: 'busy', draining: 'takes no more tasks', idle: 'enrolled nowhere' }[
      node.state
    ];
  }

  function showOrders(node: NodeView, index: number): PageElement {
    const isDrained = node.drainedSinceMs !== null;
    const order = isDrained ? 'resume' : 'drain';
    const button = make('button', [isDrained ? 'Resume: take tasks again' : 'Drain: take no more tasks'], {
      type: 'button',
      id: `order-${index}`,
    });
    button.addEventListener('click', () => {
      // A button that is disabled loses whoever is at it.
      if (!isGiving) void give(order, node.resource);
    });
    return make('p', [button, ' ', make('span', [said.get(node.resource) ?? ''], { role: 'status' })]);
  }

  async function give(order: string, resource: string | null): Promise<void> {
    isGiving = true;
    try {
      const answer = await call('POST', `/agent/v1/${order}`, resource === null ? {} : { resource });
      said.set(resource, answer.ok ? (order === 'drain' ? 'Drained.' : 'Resumed.') : await whyNot(answer));
      if (answer.ok) return show((await answer.json()) as StatusView);
    } catch (error) {
      said.set(resource, `The agent was not reached: ${error}`);
    } finally {
      isGiving = false;
    }
    if (last !== undefined) show(last);
  }

  function table(caption: string, heads: string[], rows: string[][]): PageElement {
    const head = make(
      'tr',
      heads.map((text) => make('th', [text], { scope: 'col' })),
    );
    const body = rows.map((cells) =>
      make(
        'tr',
        cells.map((text) => make('td', [text])),
      ),
    );
    const whole = make('table', [make('thead', [head]), make('tbody', body)], { 'aria-label': caption });
    return make('div', [whole], { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': caption });
  }

  function part(title: string, ...children: PageElement[]): PageElement {
    return make('div', [make('h3', [title]), ...children]);
  }

  function showBrokers({ brokers }: NodeView): PageElement {
    if (brokers.length === 0) return part('Brokers', make('p', ['None: enrol it with ogm agent enrol.']));
    const rows = brokers.map(({ url, name, owner, kind, connected, sinceMs, why }) => [
      `${url} (${kind})`,
      `${name} of ${owner}`,
      `${connected ? 'connected' : 'not connected'} since ${when(sinceMs)}${why === null ? '' : `: ${why}`}`,
    ]);
    return part('Brokers', table('Brokers', ['Address', 'Known there as', 'Line'], rows));
  }

  function showTasks({ tasks, tasksInAll }: NodeView): PageElement {
    if (tasks.length === 0) return part('Tasks', make('p', ['None.']));
    const stages = {
      held: 'waits',
      asking: 'asks to start',
      started: 'runs',
      dropped: 'is ended',
      collecting: 'sends its results',
      ended: 'has ended',
    };
    const rows = tasks.map((task) => [
      task.attempt === 1 ? task.task : `${task.task} (attempt ${task.attempt})`,
      task.owner,
      task.application,
      `${stages[task.stage]} since ${when(task.sinceMs)}`,
      String(round(task.cpus)),
      task.memoryBytes === null ? 'as it comes' : size(task.memoryBytes),
    ]);
    const more = tasksInAll > tasks.length ? [make('p', [`and ${tasksInAll - tasks.length} more`])] : [];
    const heads = ['Task', 'Owner', 'Application', 'State', 'Cores', 'Memory'];
    return part('Tasks', table('Tasks', heads, rows), ...more);
  }

  function showAllowed({ allowList }: NodeView): PageElement {
    const { applications, owners, othersToo, variables, hours, network, most } = allowList;
    return part(
      'What may run here',
      pairs([
        [
          'Applications',
          applications.map(({ name, host }) => (host === null ? name : `${name} at ${host}`)).join(', ') ||
            'none',
        ],
        ['Tasks of', owners === null ? 'whom brokers send' : owners.join(', ')],
        ['Of others than the owner', othersToo ? 'yes' : 'no'],
        ['Variables', variables.join(', ') || 'none'],
        ['Hours', hours ?? 'all'],
        ['Network', network],
        ...Object.entries(most).map(([name, value]) => [`At most: ${name}`, value] as const),
      ]),
    );
  }

  function round(count: number): number {
    return Math.round(count * 100) / 100;
  }

  function size(bytes: number): string {
    return bytes >= 2 ** 30 ? `${round(bytes / 2 ** 30)} GiB` : `${round(bytes / 2 ** 20)} MiB`;
  }

  function when(ms: number): string {
    return new Date(ms).toLocaleString();
  }
}

/** What a browser is sent. */
export const pageScript = `'use strict';(${runPage})();\n`;
