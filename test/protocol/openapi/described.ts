import { expect } from 'chai';
import { z } from 'zod';
import type { OpenApi, Operation } from '../../../protocol/openapi/document.ts';

/** What is said beside the path. */
interface Said {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Came {
  readonly status: number;
  /** As JSON where it is any, else as text. */
  readonly body: unknown;
  /** Whether it says what is likely wrong with a document. */
  readonly isWarned: boolean;
}

/** Calls operations by their names, and holds what is sent and what comes against their description. */
export class Described {
  readonly called = new Set<string>();
  readonly #url: string;
  readonly #description: OpenApi;

  constructor(url: string, described: OpenApi) {
    this.#url = url;
    this.#description = described;
  }

  async call(id: string, said: Said = {}): Promise<Came> {
    const { method, path, operation } = this.#find(id);
    this.called.add(id);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(said.path?.[name]));
    const type = said.type ?? 'application/json';
    const written = typeof said.body === 'string' || said.body instanceof Uint8Array;
    const body = written ? (said.body as string) : JSON.stringify(said.body);
    const answer = await fetch(`${this.#url}${filled}?${said.query ?? ''}`, {
      method: method.toUpperCase(),
      headers: { ...said.headers, ...(said.body === undefined ? {} : { 'Content-Type': type }) },
      ...(said.body === undefined ? {} : { body }),
    });
    const isWarned = answer.headers.has('SLA-Warning');
    const came = { status: answer.status, body: await bodyOf(answer), isWarned };
    if (answer.ok && said.body !== undefined) this.#expectTaken(id, operation, type, said.body);
    this.#expectGiven(id, operation, answer, came.body);
    return came;
  }

  #find(id: string): { method: string; path: string; operation: Operation } {
    for (const [path, methods] of Object.entries(this.#description.paths))
      for (const [method, operation] of Object.entries(methods))
        if (operation.operationId === id) return { method, path, operation };
    throw new Error(`nothing is called ${id}`);
  }

  #expectTaken(id: string, { requestBody }: Operation, type: string, body: unknown): void {
    const media = requestBody?.content[type];
    expect(media, `${id} takes ${type}`).not.to.equal(undefined);
    if (media?.schema !== undefined) this.#expectFits(media.schema, body, `what ${id} takes`);
  }

  #expectGiven(id: string, { responses }: Operation, answer: Response, body: unknown): void {
    const said = responses[answer.status];
    expect(said, `${id} answers ${answer.status}`).not.to.equal(undefined);
    const response = '$ref' in said! ? this.#description.components.responses[nameIn(said.$ref)]! : said!;
    const type = answer.headers.get('Content-Type')?.split(';', 1)[0];
    if (type === undefined) {
      expect(response.content, `${id} answers with nothing`).to.equal(undefined);
      return;
    }
    const media = response.content?.[type];
    expect(media, `${id} answers ${answer.status} with ${type}`).not.to.equal(undefined);
    if (media?.schema !== undefined) this.#expectFits(media.schema, body, `what ${id} answers`);
    for (const header of Object.keys(response.headers ?? {}))
      if (header !== 'SLA-Warning') expect(answer.headers.get(header), `${id}: ${header}`).not.to.equal(null);
    if (answer.headers.has('SLA-Warning')) expect(response.headers, id).to.have.property('SLA-Warning');
  }

  /** Members that are not described do not fit. */
  #expectFits(schema: object, value: unknown, what: string): void {
    const { schemas } = this.#description.components;
    const text = JSON.stringify({ ...schema, $defs: schemas });
    const strict: unknown = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/'), closed);
    const result = z.fromJSONSchema(strict as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
    expect(result.error?.issues ?? [], `${what}: ${JSON.stringify(value)}`).to.deep.equal([]);
  }
}

function closed(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('properties' in value) || 'allOf' in value)
    return value;
  return { additionalProperties: false, ...value };
}

function nameIn(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return /json/.test(answer.headers.get('Content-Type') ?? '') ? JSON.parse(text) : text;
}
