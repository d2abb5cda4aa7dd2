import { type Code, catalogue } from '../catalogue.ts';
import { jwtServices } from '../identities.ts';
import { problemsOf } from './problems.ts';
import type { Answer, Content, Method, Route } from './route.ts';
import { type JsonSchema, refersTo, schemaAsJson, schemasAsJson } from './schemas.ts';
import type { Topic } from './services.ts';

/** What a service serves, as OpenAPI 3.1 writes it (https://spec.openapis.org/oas/v3.1.1). */
export interface OpenApi {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Media };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Media;
}

interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
}

type Media = Readonly<Record<string, { readonly schema?: object }>>;

const about = `A market for computing work: users ask, brokers tell, and the work runs on whatever the owner has.

Bodies are UTF-8. A failure is problem details (RFC 9457) with a code that never changes. The paths of WebSockets, and
what crosses them, stand in docs/http.md.`;

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token that `ogm token create` gave, with one of the scopes that are named; `admin` does for all of them. The user who runs the service needs none on its machine.',
  },
  jwt: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A JWT of a broker that the service trusts, given for a token at `/broker/v1/tokens/exchange`; it has the scopes `read` and `resources` where the token does.',
  },
  page: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-ogm',
    description:
      'The session of a page, begun with a token at `/broker/v1/session`; without TLS the cookie is named `ogm`. What changes something wants an `Origin` of this service.',
  },
  session: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of the session of an agent, for the files of its tasks.',
  },
};

/** Of what is described, as it stands in the paths: what only adds to it changes nothing here. */
const version = '1';

/**
 * The description of these topics.
 *
 * @param all every schema that they may refer to
 */
export function openApi(
  topics: readonly Topic[],
  all: Readonly<Record<string, JsonSchema>> = schemasAsJson(),
): OpenApi {
  const problems = new Map<string, Response>();
  const paths: Record<string, Partial<Record<Method, Operation>>> = {};
  for (const { name, routes } of topics)
    for (const route of routes)
      paths[route.path] = { ...paths[route.path], [route.method]: operation(route, name, problems) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Open Grid Market',
      version,
      description: about,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    tags: topics.map(({ name }) => ({ name })),
    paths,
    components: {
      schemas: reachable(paths, all),
      responses: Object.fromEntries(problems),
      securitySchemes,
    },
  };
}

function operation(route: Route, topic: string, problems: Map<string, Response>): Operation {
  const { id, does, more, takes, takesNothing, gives, problemHeaders } = route;
  const own = new Set(
    route.problems.map((problem) => (typeof problem === 'string' ? problem : problem.code)),
  );
  const failures = [...problemsOf(route)].map(([status, codes]) => {
    if (problemHeaders !== undefined && codes.some((code) => own.has(code)))
      return [status, { ...problemResponse(codes), headers: headersOf(problemHeaders) }] as const;
    // Many routes have the same, so each combination stands once.
    const name = codes.join('.');
    problems.set(name, problemResponse(codes));
    return [status, { $ref: `#/components/responses/${name}` }] as const;
  });
  return {
    operationId: id,
    tags: [topic],
    summary: does,
    ...(more === undefined ? {} : { description: more }),
    security: securityOf(route),
    parameters: parametersOf(route),
    ...(takes === undefined
      ? {}
      : { requestBody: { required: takesNothing === undefined, content: media(takes) } }),
    responses: Object.fromEntries([
      ...gives.map((answer) => [answer.status, response(answer)] as const),
      ...failures,
    ]),
  };
}

function securityOf({ path, scopes, forAgents, begins }: Route): Operation['security'] {
  if (scopes === 'nobody') return [];
  const by = (scheme: string) =>
    scopes.length === 0 ? [{ [scheme]: [] }] : scopes.map((scope) => ({ [scheme]: [scope] }));
  if (begins) return by('token');
  const isElsewhere = jwtServices.some((service) => path.split('/')[1] === service);
  return [
    {},
    ...by('token'),
    ...by('page'),
    ...(isElsewhere ? by('jwt') : []),
    ...(forAgents ? [{ session: [] }] : []),
  ];
}

function parametersOf({ parameters = {}, query, headers = {} }: Route): Parameter[] {
  const inPath = Object.entries(parameters).map(([name, schema]) =>
    parameter(name, 'path', true, schemaAsJson(schema)),
  );
  const asked = query === undefined ? {} : schemaAsJson(query);
  const inQuery = Object.entries(asked.properties ?? {}).map(([name, schema]) =>
    parameter(name, 'query', asked.required?.includes(name) ?? false, schema as JsonSchema),
  );
  const inHeaders = Object.entries(headers).map(([name, says]) =>
    parameter(name, 'header', false, { type: 'string', description: says }),
  );
  return [...inPath, ...inQuery, ...inHeaders];
}

function parameter(
  name: string,
  place: Parameter['in'],
  required: boolean,
  { description, ...schema }: JsonSchema,
): Parameter {
  return { name, in: place, required, ...(description === undefined ? {} : { description }), schema };
}

function response({ says, content, headers }: Answer): Response {
  return {
    description: says,
    ...(headers === undefined ? {} : { headers: headersOf(headers) }),
    ...(content === undefined ? {} : { content: media(content) }),
  };
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, Header> {
  const told = Object.entries(headers).map(([name, description]): [string, Header] => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return Object.fromEntries(told);
}

/** Bytes have no schema: OpenAPI 3.1 tells them by their media type alone. */
function media(content: Content): Media {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      schema === 'bytes' ? {} : { schema: refersTo(schema) },
    ]),
  );
}

function problemResponse(codes: readonly Code[]): Response {
  const schema = {
    allOf: [refersTo('Problem')],
    properties: { code: { enum: codes } },
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${catalogue[code].means}`).join('\n\n'),
    content: { 'application/problem+json': { schema } },
  };
}

/** The schemas that the paths refer to, and those that these refer to. */
function reachable(paths: object, all: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const found = new Set(['Problem']);
  const seek = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      seek(all[name]);
    }
  };
  seek(paths);
  return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)));
}
