import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isMarked } from '../../../fabric-agent/back-ends/shared.ts';
import {
  admitClient,
  dismissClient,
  enrolledClients,
  readClients,
} from '../../../fabric-agent/listening/clients.ts';
import { keepEnrolment } from '../../../fabric-agent/tasks/enrolment.ts';

const keyOf = (letter: string) => letter.repeat(43);

describe('the clients that may call an agent', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-clients-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const ann = { name: 'ann', key: keyOf('A'), owner: 'ann' };
  const codeOf = (done: Promise<unknown>) =>
    done.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );

  it('are those that were admitted, until they are dismissed; a name stands for one', async () => {
    expect(await readClients(folder)).to.deep.equal([]);
    await admitClient(folder, ann);
    await admitClient(folder, { ...ann, key: keyOf('B') });
    expect(await readClients(folder)).to.deep.equal([{ ...ann, key: keyOf('B') }]);
    await dismissClient(folder, 'ann');
    expect(await readClients(folder)).to.deep.equal([]);
    expect(await codeOf(dismissClient(folder, 'ann'))).to.equal('not-found');
  });

  it('have tasks, journals and a name of their own', async () => {
    await admitClient(folder, ann);
    await admitClient(folder, { name: 'bob', key: keyOf('B'), owner: 'lab' });
    const [one, two] = await enrolledClients(folder);
    expect(one).to.deep.include({ calls: true });
    expect(two?.enrolment).to.deep.equal({
      url: 'client:bob',
      name: 'bob',
      owner: 'lab',
      brokerKey: keyOf('B'),
    });
    expect([one, two].every((client) => isMarked(client!.mark))).to.equal(true);
    expect(new Set([one?.journal, two?.journal, 'tasks.journal']).size).to.equal(3);
  });

  it('never have the key of another, or of a broker, whichever came first', async () => {
    await admitClient(folder, ann);
    expect(await codeOf(admitClient(folder, { ...ann, name: 'bob' }))).to.equal('resource-exists');
    const broker = { name: 'my-node', owner: 'local', brokerKey: keyOf('C') };
    await keepEnrolment(folder, 'http://127.0.0.1:8480', broker);
    expect(await codeOf(admitClient(folder, { ...ann, name: 'eve', key: keyOf('C') }))).to.equal(
      'resource-exists',
    );
    await keepEnrolment(folder, 'http://127.0.0.1:8481', { ...broker, brokerKey: ann.key });
    expect(await codeOf(enrolledClients(folder)), 'the agent does not start so').to.equal('resource-exists');
  });

  it('are never written down so that they could not be read again', async () => {
    for (const owner of ['', 'x'.repeat(201)])
      expect(await codeOf(admitClient(folder, { ...ann, owner }))).to.equal('bad-file');
    expect(await readClients(folder)).to.deep.equal([]);
  });

  it('are not guessed from a file that does not say them', async () => {
    await admitClient(folder, ann);
    await writeFile(join(folder, 'clients', 'ann.json'), '{}');
    expect(await codeOf(enrolledClients(folder))).to.equal('bad-file');
  });
});
