import { expect } from 'chai';
import { secretsOf } from '../../cli/house/secrets.ts';
import { contradictions, settingsSchema, tokenFileOf, withTokenGiven } from '../../cli/settings.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { settingsOf } from '../../platform/config/settings.ts';

describe('the settings of all rooms together', () => {
  it('stand by themselves: nothing needs to be set', () => {
    const { config } = loadConfig(settingsSchema, { env: {} });
    expect(config.market['tell-lifetime']).to.equal(3_600_000);
    expect(config.doors['market-port']).to.equal(7684);
    expect(config.infogather['poll-interval']).to.equal(10_000);
    expect(config.egress['host-ranges']).to.deep.equal(['127.0.0.0/8', '::1/128']);
  });

  it('know two addresses at which doors listen beside loopback, and none unless it is given', () => {
    const listening = settingsOf(settingsSchema).filter(({ path }) => /listen|bind|interface/.test(path));
    expect(listening.map(({ path }) => path)).to.have.members([
      'agent.listen',
      'agent.listen-certificate',
      'agent.listen-key',
      'agent.listen-retry',
      'doors.listen',
    ]);
    const { agent, doors } = loadConfig(settingsSchema, { env: {} }).config;
    expect([agent.listen, doors.listen]).to.deep.equal([undefined, undefined]);
  });
});

describe('the token that a broker is shown', () => {
  const listed = 'OGM_CLIENT_BROKERS';
  const env = { [listed]: '192.0.2.1:7685=https://a.example /etc/a', OGM_TOKEN_FILE: '/etc/own' };
  const fileOf = (flags: Record<string, string>) => {
    const { config, sources } = loadConfig(settingsSchema, { env, flags });
    return tokenFileOf(withTokenGiven(config, sources).client);
  };

  it('is that of client.brokers where they name it, unless the command line says another', () => {
    const there = { 'broker-url': 'https://a.example' };
    expect(fileOf(there)).to.equal('/etc/a');
    expect(fileOf({ ...there, 'token-file': '/etc/given' })).to.equal('/etc/given');
    expect(fileOf({ 'broker-url': 'https://b.example' })).to.equal('/etc/own');
    expect(fileOf({ 'token-file': '/etc/given' })).to.equal('/etc/given');
  });

  it('leaves the other tokens named, which programs that are isolated see nothing of', () => {
    const flags = { 'broker-url': 'https://a.example', 'token-file': '/etc/given' };
    const { config, sources } = loadConfig(settingsSchema, { env, flags });
    const { files } = secretsOf(withTokenGiven(config, sources), '/srv/ogm');
    expect(files).to.include.members(['/etc/a', '/etc/given']);
  });
});

describe('settings that contradict each other', () => {
  const all = ['market', 'broker', 'infogather'] as const;
  const given = (...set: string[]) => loadConfig(settingsSchema, { env: {}, set }).config;

  it('are none unless something is set', () => {
    expect(contradictions(given(), all)).to.deep.equal([]);
  });

  for (const { set, says } of [
    {
      set: ['broker.renew-interval=30 min'],
      says: /renew-interval \(1800 s\).*market\.tell-lifetime \(3600 s\)/,
    },
    {
      set: ['infogather.poll-interval=16 s'],
      says: /fresh-within \(30 s\) must be at least twice infogather\.poll-interval \(16 s\)/,
    },
    {
      set: ['infogather.poll-timeout=21 s'],
      says: /fresh-within \(30 s\).*poll-timeout \(21 s\) and infogather\.poll-interval \(10 s\)/,
    },
  ]) {
    it(`are told, both of them, with their numbers: ${set.join()}`, () => {
      const found = contradictions(given(...set), all);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(says);
      for (const alone of all) expect(contradictions(given(...set), [alone])).to.deep.equal([]);
    });
  }

  it('are told of doors elsewhere: they want TLS, and users', () => {
    const elsewhere = ['doors.listen=192.0.2.1'];
    const secure = [...elsewhere, 'doors.certificate=c.pem', 'doors.key=k.pem'];
    const ranges = 'doors.text=198.51.100.0/24';
    const found = (running: readonly (typeof all)[number][], ...set: string[]) =>
      contradictions(given(...set), running);
    expect(found(all, ...secure)).to.deep.equal([]);
    expect(found(all, ...secure, ranges)).to.deep.equal([]);
    for (const set of [elsewhere, secure.slice(0, 2), [...elsewhere, ranges]])
      expect(found(all, ...set), set.join())
        .to.have.length(1)
        .and.have.nested.property('[0]')
        .that.matches(/wants TLS/);
    expect(found(['market'], ...secure).join()).to.match(/serves nobody here/);
    const trusted = `market.trusted-brokers=physics=${'A'.repeat(43)}`;
    expect(found(['market'], ...secure, trusted)).to.deep.equal([]);
    expect(found(['market'], ...elsewhere, trusted).join()).to.match(/wants TLS/);
    expect(found(['infogather'], ...secure, trusted).join(), 'of another').to.match(/serves nobody here/);
    for (const other of [`physics=${'B'.repeat(43)}`, `chemistry=${'A'.repeat(43)}`])
      expect(found(['market'], `${trusted},${other}`).join()).to.match(/trusted-brokers names '\w+', or/);
    expect(found(['market'], ...elsewhere, ranges)).to.deep.equal([]);
    expect(found(all, ranges).join()).to.match(/doors\.listen no address/);
    const everywhere = ['doors.listen=0.0.0.0', ...secure.slice(1), ranges];
    expect(found(all, ...everywhere).join()).to.match(/wants one address/);
    expect(found([], ...elsewhere), 'a command that serves nothing').to.deep.equal([]);
  });

  it('are told of the broker alone too, where they are of the broker alone', () => {
    const [found, ...more] = contradictions(given('broker.agent-heartbeat=15001 ms'), ['broker']);
    expect(more).to.deep.equal([]);
    expect(found).to.match(/agent-heartbeat \(15(\.001)? s\).*agent-silence \(30 s\)/);
    expect(contradictions(given('broker.agent-heartbeat=15 s'), ['broker'])).to.deep.equal([]);
  });

  it('are none at their bounds', () => {
    const bounds = [
      'market.tell-lifetime=20001 ms',
      'broker.renew-interval=10 s',
      'broker.fresh-within=20 s',
    ];
    expect(contradictions(given(...bounds, 'infogather.poll-timeout=10 s'), all)).to.deep.equal([]);
  });
});
