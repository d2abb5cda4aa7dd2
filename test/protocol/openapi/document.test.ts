import { expect } from 'chai';
import { catalogue } from '../../../protocol/catalogue.ts';
import { type OpenApi, type Operation, openApi, type Response } from '../../../protocol/openapi/document.ts';
import { description, topicsOf } from '../../../protocol/openapi/services.ts';

/** What the rules are that are held here: https://spec.openapis.org/oas/v3.1.1, and JSON Schema 2020-12. */
describe('the description in OpenAPI 3.1', () => {
  const all = [...Object.values(topicsOf).flat(), description];
  const made: OpenApi = JSON.parse(JSON.stringify(openApi(all)));
  const { components } = made;

  const operations = Object.entries(made.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  /** Every value of the description, with the keys that lead to it. */
  function* parts(value: unknown, at: readonly string[] = []): Generator<[readonly string[], unknown]> {
    yield [at, value];
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) yield* parts(inner, [...at, key]);
  }

  function follow(ref: string): unknown {
    return ref
      .slice(2)
      .split('/')
      .reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], made);
  }

  it('has the members that it must, and none that it may not', () => {
    expect(Object.keys(made)).to.have.members(['openapi', 'info', 'tags', 'paths', 'components']);
    expect(made.openapi).to.match(/^3\.1\.\d+$/);
    expect(made.info).to.include.keys(['title', 'version']);
    const allowed = [
      'operationId',
      'tags',
      'summary',
      'description',
      'security',
      'parameters',
      'requestBody',
      'responses',
    ];
    for (const { path, method, operation } of operations) {
      expect(path).to.match(/^\/[^?#]*$/);
      expect(method).to.be.oneOf(['get', 'put', 'post', 'delete', 'patch']);
      expect(
        Object.keys(operation).filter((key) => !allowed.includes(key)),
        operation.operationId,
      ).to.deep.equal([]);
      expect(operation.summary).to.match(/^[A-Z].*[^.]$/);
    }
  });

  it('names each operation once, for programs that are made from it, and each topic that it uses', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const id of ids) expect(id).to.match(/^[a-z][A-Za-z]*$/);
    const tags = made.tags.map(({ name }) => name);
    expect(new Set(tags).size).to.equal(tags.length);
    expect(new Set(operations.flatMap(({ operation }) => operation.tags))).to.deep.equal(new Set(tags));
  });

  it('tells of each parameter once, of those of the path all and only them', () => {
    for (const { path, operation } of operations) {
      const { parameters, operationId } = operation;
      const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(names).size, operationId).to.equal(names.length);
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const braces = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        inPath.map(({ name }) => name),
        operationId,
      ).to.have.members(braces);
      expect(
        inPath.every(({ required }) => required),
        operationId,
      ).to.equal(true);
      const reserved = parameters.filter(
        ({ in: place, name }) => place === 'header' && /^(accept|content-type|authorization)$/i.test(name),
      );
      expect(reserved, operationId).to.deep.equal([]);
    }
  });

  it('has no two paths that are the same but for the names of their parameters', () => {
    const shapes = Object.keys(made.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    expect(new Set(shapes).size).to.equal(shapes.length);
  });

  it('refers only to what is there, and keeps nothing to which nothing refers', () => {
    const referred = new Set<string>();
    for (const [at, value] of parts(made)) {
      if (at.at(-1) !== '$ref') continue;
      expect(follow(String(value)), `${at.join('.')}: ${value}`).not.to.equal(undefined);
      referred.add(String(value));
    }
    for (const [kind, kept] of [
      ['schemas', components.schemas],
      ['responses', components.responses],
    ] as const)
      for (const name of Object.keys(kept)) {
        expect(name).to.match(/^[A-Za-z0-9._-]+$/);
        expect(referred, name).to.include(`#/components/${kind}/${name}`);
      }
  });

  it('says of each operation what it gives, and of each answer what it is', () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(
        statuses.some((status) => status.startsWith('2')),
        operation.operationId,
      ).to.equal(true);
      for (const status of statuses) expect(status).to.match(/^[1-5]\d\d$/);
      for (const [status, response] of responsesOf(operation)) {
        expect(response.description, `${operation.operationId} ${status}`).to.match(/\S/);
        for (const type of Object.keys(response.content ?? {})) expect(type).to.match(/^\w+\/[\w.+-]+$/);
      }
    }
  });

  it('answers each failure with problem details, whose code is of the catalogue', () => {
    for (const { operation } of operations)
      for (const [status, { content }] of responsesOf(operation)) {
        if (status < 400) continue;
        expect(Object.keys(content ?? {}), operation.operationId).to.deep.equal(['application/problem+json']);
        const { schema } = content!['application/problem+json']!;
        const { properties } = schema as { properties: { code: { enum: string[] } } };
        expect(properties.code.enum).to.not.deep.equal([]);
        for (const code of properties.code.enum) {
          const usual = catalogue[code as keyof typeof catalogue];
          expect(usual, code).not.to.equal(undefined);
          const isUnusual =
            code === 'too-large' ? [413, 431] : code === 'bad-query' ? [400, 416] : [usual.status];
          expect(isUnusual, code).to.include(status);
        }
      }
  });

  it('asks for tokens by schemes that it names', () => {
    for (const { operation } of operations)
      for (const requirement of operation.security)
        for (const scheme of Object.keys(requirement))
          expect(components.securitySchemes).to.have.property(scheme);
    const open = operations.filter(({ operation }) => operation.security.length === 0);
    expect(open.map(({ path }) => path)).to.deep.equal(['/broker/v1/enrol']);
  });

  it('writes its schemas in JSON Schema 2020-12', () => {
    const types = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];
    for (const [at, value] of parts(components.schemas)) {
      const [key, above] = [at.at(-1), at.at(-2)];
      if (above === 'properties') continue;
      if (key === 'type') for (const type of [value].flat()) expect(types, at.join('.')).to.include(type);
      if (key === 'nullable' || key === 'exclusiveMinimum')
        expect(typeof value, `${at.join('.')} is of OpenAPI 3.0`).to.equal('number');
      if (key === 'pattern') expect(() => new RegExp(String(value), 'u'), at.join('.')).not.to.throw();
      if (key === '$schema' || key === '$id') expect.fail(`${at.join('.')} makes a place of its own`);
    }
  });

  it('lets answers have more members than are told, and requests not', () => {
    expect(components.schemas.Job).not.to.have.property('additionalProperties');
    expect(components.schemas.JobRequest).to.have.property('additionalProperties', false);
  });

  it('of one service tells what that one serves, with the schemas that this needs', () => {
    const market = openApi([...topicsOf.market, description]);
    expect(Object.keys(market.paths)).to.deep.equal([
      '/market',
      '/market/v1/prices',
      '/openapi.json',
      '/docs',
    ]);
    expect(Object.keys(market.components.schemas)).not.to.include('Job');
    expect(Object.keys(market.components.schemas)).to.include('Problem');
  });

  function responsesOf({ responses }: Operation): [number, Response][] {
    return Object.entries(responses).map(([status, response]) => [
      Number(status),
      '$ref' in response ? (follow(response.$ref) as Response) : response,
    ]);
  }
});
