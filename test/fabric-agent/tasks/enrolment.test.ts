import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { enrol, keepEnrolment, ownKey, readEnrolments } from '../../../fabric-agent/tasks/enrolment.ts';
import { refusalOf } from '../../support/documents.ts';

describe('enrolment', () => {
  let folder: string;
  const brokerKey = 'A'.repeat(43);
  const url = 'http://broker.example:8481';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-enrol-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const enrolAt = (answer: () => Response) => {
    const asked: { url: string; body: unknown }[] = [];
    const fetch = async (input: string | URL, init?: RequestInit) => {
      asked.push({ url: String(input), body: JSON.parse(String(init?.body)) });
      return answer();
    };
    return { asked, enrolled: enrol({ broker: { url, fetch }, secret: 's3cret', folder }) };
  };

  it('shows the broker the key of the agent with the secret, and keeps the key of the broker', async () => {
    const { asked, enrolled } = enrolAt(() => Response.json({ name: 'my-node', owner: 'ann', brokerKey }));
    expect(await enrolled).to.deep.equal({ url, name: 'my-node', owner: 'ann', brokerKey });
    const { publicKey } = await ownKey(folder);
    expect(asked).to.deep.equal([
      { url: `${url}/broker/v1/enrol`, body: { secret: 's3cret', key: publicKey } },
    ]);
    const [kept] = await readEnrolments(folder);
    expect(kept?.enrolment).to.deep.equal({ url, name: 'my-node', owner: 'ann', brokerKey });
    expect(kept?.key.publicKey).to.equal(publicKey);
  });

  it('leaves files that are of the user alone, and the secret in none', async () => {
    await enrolAt(() => Response.json({ name: 'my-node', owner: 'ann', brokerKey })).enrolled;
    for (const file of ['agent-key', 'enrolment.json']) {
      expect((await stat(join(folder, file))).mode & 0o777, file).to.equal(0o600);
      expect(await readFile(join(folder, file), 'utf8')).to.not.include('s3cret');
    }
  });

  it('keeps nothing of a broker that refuses, or says what cannot be understood', async () => {
    const problem = {
      code: 'secret-refused',
      status: 403,
      detail: 'this secret is no more',
      title: '',
      type: '',
    };
    const refused = await refusalOf(enrolAt(() => Response.json(problem, { status: 403 })).enrolled);
    expect(refused).to.include({ code: 'secret-refused', status: 403 });
    const garbage = await refusalOf(enrolAt(() => Response.json({ brokerKey: 'x' })).enrolled);
    expect(garbage.code).to.equal('unavailable');
    expect(await readEnrolments(folder)).to.deep.equal([]);
  });

  it('is none where nobody has enrolled the agent, and said to be bad where it cannot be read', async () => {
    expect(await readEnrolments(folder)).to.deep.equal([]);
    for (const bad of ['{}', JSON.stringify({ url, name: 'one', brokerKey })]) {
      await writeFile(join(folder, 'enrolment.json'), bad);
      expect((await refusalOf(readEnrolments(folder))).code, 'nobody knows whose it is').to.equal('bad-file');
    }
  });

  const keyOf = (letter: string) => letter.repeat(43);
  const urlsOf = async () => (await readEnrolments(folder)).map(({ enrolment }) => enrolment.url);

  it('adds one at each broker: each with a mark and a journal of its own, which stay', async () => {
    await keepEnrolment(folder, 'http://a.example', { name: 'one', owner: 'ann', brokerKey: keyOf('a') });
    await keepEnrolment(folder, 'http://b.example', { name: 'two', owner: 'ann', brokerKey: keyOf('b') });
    await keepEnrolment(folder, 'http://c.example', { name: 'three', owner: 'ann', brokerKey: keyOf('c') });
    const all = await readEnrolments(folder);
    expect(all.map(({ enrolment }) => enrolment.name)).to.have.members(['one', 'two', 'three']);
    expect(all[0]).to.include({ mark: '', journal: 'tasks.journal' });
    expect(new Set(all.map(({ mark }) => mark))).to.have.length(3);
    expect(new Set(all.map(({ journal }) => journal))).to.have.length(3);
    const again = await readEnrolments(folder);
    expect(again.map(({ mark, journal }) => [mark, journal])).to.deep.equal(
      all.map(({ mark, journal }) => [mark, journal]),
    );
  });

  it('takes the place of the one at the same broker, which may have another address, or another key', async () => {
    await keepEnrolment(folder, 'http://a.example', { name: 'one', owner: 'ann', brokerKey: keyOf('a') });
    await keepEnrolment(folder, 'http://b.example', { name: 'two', owner: 'ann', brokerKey: keyOf('b') });
    await keepEnrolment(folder, 'http://moved.example', { name: 'one', owner: 'ann', brokerKey: keyOf('a') });
    expect(await urlsOf()).to.have.members(['http://moved.example', 'http://b.example']);
    await keepEnrolment(folder, 'http://b.example', { name: 'two', owner: 'ann', brokerKey: keyOf('d') });
    expect(await urlsOf()).to.have.members(['http://moved.example', 'http://b.example']);
  });

  it('does not let a broker that it is enrolled at take the place of another, by whose key it calls itself', async () => {
    await keepEnrolment(folder, 'http://a.example', { name: 'one', owner: 'ann', brokerKey });
    const pretending = () => Response.json({ name: 'my-node', owner: 'eve', brokerKey });
    expect(await refusalOf(enrolAt(pretending).enrolled)).to.include({
      code: 'resource-exists',
      detail: `${url} says that it is the broker at http://a.example, at which this agent is enrolled`,
    });
    expect(await urlsOf()).to.deep.equal(['http://a.example']);
  });

  it('never tells the attempts of a broker to one that has come in its place', async () => {
    const url = 'http://a.example';
    await keepEnrolment(folder, url, { name: 'one', owner: 'ann', brokerKey: keyOf('a') });
    await writeFile(join(folder, 'tasks.journal'), '');
    await keepEnrolment(folder, url, { name: 'one', owner: 'ann', brokerKey: keyOf('b') });
    const all = await readEnrolments(folder);
    expect(all.map(({ enrolment }) => enrolment.brokerKey)).to.deep.equal([keyOf('b')]);
    expect(all[0]?.journal).to.not.equal('tasks.journal');
  });

  it('never gives the journal of a first broker to another', async () => {
    await writeFile(join(folder, 'tasks.journal'), '');
    await keepEnrolment(folder, 'http://b.example', { name: 'two', owner: 'ann', brokerKey: keyOf('b') });
    expect((await readEnrolments(folder)).map(({ journal }) => journal)).to.not.include('tasks.journal');
  });
});
