import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { type Inputs, loadConfig } from '../../../platform/config/load.ts';
import { address, count, duration, list, port, structure } from '../../../platform/config/units.ts';
import { Refusal } from '../../../platform/failure.ts';

const schema = z.strictObject({
  doors: z.strictObject({
    'http-port': port(8480, { says: 'Where HTTP listens.', flag: 'http-port' }),
    'broker-address': address(undefined, { says: 'What the broker says.', flag: 'broker-address' }),
  }),
  market: z.strictObject({
    'tell-lifetime': duration('1 h', { says: 'How long a Tell lives.' }),
    'most-tells': count(1000, { says: 'How many.' }),
  }),
  agent: z
    .strictObject({
      'host-ports': list('port', [], { says: 'Ports.' }),
      ranges: list('text', ['a', 'b'], { says: 'Ranges.' }),
      applications: structure(z.array(z.strictObject({ name: z.string() })), [], {
        says: 'What it offers.',
        unit: 'list',
      }),
    })
    .refine((agent) => agent['host-ports'].length <= 2, { message: 'has more ports than two' }),
});

describe('loading a configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ogm-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(text: string): string {
    const path = join(folder, 'ogm.yaml');
    writeFileSync(path, text);
    return path;
  }

  /** The lines that refuse the inputs, with the file's path cut down to its name. */
  function problems(inputs: Partial<Inputs>): string[] {
    try {
      loadConfig(schema, { env: {}, ...inputs });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.code).to.equal('bad-configuration');
      return error.detail.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  }

  it('takes every default where nothing is given, and leaves out what has none', () => {
    const { config, sources } = loadConfig(schema, { env: {} });
    expect(config).to.deep.equal({
      doors: { 'http-port': 8480 },
      market: { 'tell-lifetime': 3_600_000, 'most-tells': 1000 },
      agent: { 'host-ports': [], ranges: ['a', 'b'], applications: [] },
    });
    expect(new Set(sources.values())).to.deep.equal(new Set(['default']));
    expect(sources.size).to.equal(7);
  });

  it('puts the file before defaults, the environment before the file, and flags before the environment', () => {
    const { config, sources } = loadConfig(schema, {
      file: file(
        'market:\n  tell-lifetime: 2 h\n  most-tells: 2\ndoors: {http-port: 2, broker-address: "b:2"}\n',
      ),
      env: { OGM_MARKET_MOST_TELLS: '3', OGM_HTTP_PORT: '3', OGM_BROKER_ADDRESS: 'b:3', PATH: '/bin' },
      flags: { 'http-port': '4', 'broker-address': undefined },
      set: ['agent.ranges=x=1, y'],
    });
    expect(config.market).to.deep.equal({ 'tell-lifetime': 7_200_000, 'most-tells': 3 });
    expect(config.doors).to.deep.equal({ 'http-port': 4, 'broker-address': 'b:3' });
    expect(config.agent.ranges).to.deep.equal(['x=1', 'y']);
    expect(Object.fromEntries(sources)).to.deep.equal({
      'doors.http-port': 'flag',
      'doors.broker-address': 'environment',
      'market.tell-lifetime': 'file',
      'market.most-tells': 'environment',
      'agent.host-ports': 'default',
      'agent.ranges': 'flag',
      'agent.applications': 'default',
    });
  });

  it('reads lists and structures from each place', () => {
    const { config } = loadConfig(schema, {
      file: file('agent:\n  applications:\n    - name: one\n  ranges: [c, d]\n'),
      env: { OGM_AGENT_HOST_PORTS: '1,2' },
    });
    expect(config.agent).to.deep.equal({
      'host-ports': [1, 2],
      ranges: ['c', 'd'],
      applications: [{ name: 'one' }],
    });
    const fromEnvironment = loadConfig(schema, { env: { OGM_AGENT_APPLICATIONS: '[{"name":"two"}]' } });
    expect(fromEnvironment.config.agent.applications).to.deep.equal([{ name: 'two' }]);
  });

  it('counts an empty variable, an empty file and an empty service as nothing said', () => {
    expect(problems({ env: { OGM_HTTP_PORT: '' } })).to.deep.equal([]);
    expect(problems({ file: file('') })).to.deep.equal([]);
    expect(problems({ file: file('# nothing yet\nmarket:\n') })).to.deep.equal([]);
  });

  it('tells everything that is wrong at once, one line each, with its file and line, variable or flag', () => {
    const found = problems({
      file: file('market:\n  tell-lifetime: 30\n  most-tels: 5\n\nagent:\n  applications:\n    - name: 3\n'),
      env: { OGM_HTTP_PORT: 'eighty', OGM_MARKET_TEL_LIFETIME: '1 h' },
      flags: { 'broker-address': 'nowhere' },
      set: ['market.most-tells=many', 'market.tel-lifetime=1 h', 'agent.ranges'],
    });
    expect(found).to.deep.equal([
      'ogm.yaml:3: there is no setting market.most-tels; did you mean market.most-tells?',
      'OGM_MARKET_TEL_LIFETIME: there is no such variable; did you mean OGM_MARKET_TELL_LIFETIME?',
      '--set market.tel-lifetime: there is no such setting; did you mean market.tell-lifetime?',
      '--set agent.ranges: has no value; say --set agent.ranges=VALUE',
      "ogm.yaml:2: market.tell-lifetime: 30 has no unit; say '30 s' or '30 min'",
      'ogm.yaml:6: agent.applications[0].name: Invalid input: expected string, received number',
      "OGM_HTTP_PORT: 'eighty' is not a port",
      "--set market.most-tells: 'many' is not a whole number",
      "--broker-address: 'nowhere' is no address with a port; say '127.0.0.1:7685' or '[::1]:7685'",
    ]);
  });

  it('refuses a wrong value also where a later place replaces it', () => {
    expect(problems({ file: file('doors:\n  http-port: x\n'), flags: { 'http-port': '1' } })).to.deep.equal([
      "ogm.yaml:2: doors.http-port: 'x' is not a port",
    ]);
  });

  it('finds the service of a setting that stands below another, or below none', () => {
    expect(problems({ file: file('market:\n  http-port: 1\n') })).to.deep.equal([
      'ogm.yaml:2: there is no setting market.http-port; did you mean doors.http-port?',
    ]);
    expect(problems({ file: file('http-port: 1\nmarket.most-tells: 3\nrubbish: 1\n') })).to.deep.equal([
      'ogm.yaml:1: http-port is no service; below doors: write http-port: …',
      'ogm.yaml:2: market.most-tells is no service; below market: write most-tells: …',
      'ogm.yaml:3: rubbish is no service; the services are doors, market, agent',
    ]);
    expect(problems({ file: file('markt:\n  most-tells: 3\n') })).to.deep.equal([
      'ogm.yaml:1: markt is no service; did you mean market?',
    ]);
    expect(problems({ file: file('market: 3\n') })).to.deep.equal([
      "ogm.yaml:1: market holds no settings; write them below it, one 'name: value' a line",
    ]);
  });

  it('minds only variables of its own name that are close to a setting, and none that it was told to ignore', () => {
    expect(problems({ env: { OGM_SOMETHING_ELSE_ENTIRELY: '1', HTTP_PROT: '1' } })).to.deep.equal([]);
    expect(problems({ env: { OGM_REAL: 'gcc' }, ignored: ['OGM_REAL'] })).to.deep.equal([]);
    expect(problems({ env: { OGM_REEL: 'gcc' }, ignored: ['OGM_REAL'] })).to.deep.equal([
      'OGM_REEL: there is no such variable; did you mean OGM_REAL?',
    ]);
  });

  it('checks what concerns several settings once each of them is right', () => {
    expect(problems({ env: { OGM_AGENT_HOST_PORTS: '1,2,3' } })).to.deep.equal([
      'agent: has more ports than two',
    ]);
  });

  it('refuses YAML that is broken, says things twice, or tags and nests strangely, by its line', () => {
    expect(problems({ file: file('market:\n  most-tells: 1\n  most-tells: 2\n') })).to.deep.equal([
      'ogm.yaml:3: Map keys must be unique',
    ]);
    expect(problems({ file: file('market: [\n') })[0]).to.match(/^ogm\.yaml:\d: /);
    expect(problems({ file: file('market:\n  most-tells: !!js/function 1\n') })[0]).to.match(
      /^ogm\.yaml:2: .*tag/i,
    );
    expect(problems({ file: file('a: 1\n---\nb: 2\n') })[0]).to.match(/^ogm\.yaml:\d: /);
    expect(problems({ file: file('market:\n  most-tells:\n') })).to.deep.equal([
      'ogm.yaml:2: market.most-tells has no value; give it one, or delete the line',
    ]);
    expect(problems({ file: file(`market: ${'['.repeat(100_000)}`) })).to.have.length.above(0);
    expect(problems({ file: file(`# ${'long '.repeat(300_000)}`) })[0]).to.contain('is longer than');
  });

  it('takes anchors and aliases, but no bomb of them', () => {
    const shared = 'agent:\n  ranges: &few [a, b]\n  host-ports: &ports [1]\nmarket: &m {most-tells: 5}\n';
    expect(loadConfig(schema, { file: file(shared), env: {} }).config.market['most-tells']).to.equal(5);
    expect(problems({ file: file('agent:\n  ranges: &r [*r]\n') })[0]).to.match(/^ogm\.yaml:2: /);
    const levels = Array.from(
      { length: 30 },
      (_, level) => `    - &l${level} [${`*l${level - 1}, `.repeat(9)}]`,
    );
    levels[0] = '    - &l0 [x, x, x, x, x, x, x, x, x]';
    const began = performance.now();
    expect(problems({ file: file(`agent:\n  ranges:\n${levels.join('\n')}\n`) })).to.deep.equal([
      'ogm.yaml:2: agent.ranges uses too many aliases, or one that refers to itself',
    ]);
    expect(performance.now() - began, 'far less than to write out all aliases').to.be.below(30_000);
  });

  it('says so where the file is missing or a folder', () => {
    expect(problems({ file: join(folder, 'gone.yaml') })).to.deep.equal(['gone.yaml: there is no such file']);
    mkdirSync(join(folder, 'sub'));
    expect(problems({ file: join(folder, 'sub') })).to.deep.equal(['sub: this is a folder, not a file']);
  });

  it('refuses schemas in which two settings share a variable, or one says nothing', () => {
    const twice = z.strictObject({
      a: z.strictObject({ 'b-c': count(1, { says: 'x' }), b: count(1, { says: 'x', flag: 'a-b-c' }) }),
    });
    expect(() => loadConfig(twice, { env: {} })).to.throw('shares the name OGM_A_B_C');
    const silent = z.strictObject({ a: z.strictObject({ b: z.number() }) });
    expect(() => loadConfig(silent, { env: {} })).to.throw('a.b is not made by');
  });
});
