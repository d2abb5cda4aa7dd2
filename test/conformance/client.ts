import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  BlobsClient,
  JobsClient,
  type OpenFrames,
  ResourcesClient,
  type ServiceAddress,
  ServiceFailure,
} from '../../client/index.ts';
import { type GivenWork, givenWork } from '../broker/given-work.ts';

/** A way by which a client reaches a service. */
export interface Transport {
  readonly address: ServiceAddress;
  readonly open?: OpenFrames | undefined;
}

/** What holds of the client of a broker by whatever transport. */
export function isClient(name: string, over: (given: GivenWork) => Transport): void {
  describe(`the client of a broker over ${name}`, () => {
    let given: GivenWork;
    let folder: string;
    let transport: Transport;
    let jobs: JobsClient;

    beforeEach(async () => {
      given = await givenWork();
      folder = await mkdtemp(join(tmpdir(), 'ogm-client-'));
      transport = over(given);
      jobs = new JobsClient(transport.address, {}, transport.open);
    });
    afterEach(async () => {
      await given[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    it('brings files there and back', async () => {
      const blobs = new BlobsClient(transport.address);
      const file = join(folder, 'file');
      const content = Buffer.alloc(3_000_000, 'a rod of iron ');
      await writeFile(file, content);
      const at = await blobs.upload(file);
      expect(at.bytes).to.equal(content.length);
      await blobs.download(at, join(folder, 'back'));
      expect(content.equals(await readFile(join(folder, 'back')))).to.equal(true);
    });

    it('submits a job, follows its events, and has what it printed', async () => {
      await given.agent();
      const { id } = await jobs.submit({ application: 'echo' });
      const states: unknown[] = [];
      for await (const { kind, task, state } of jobs.events({ job: id })) {
        if (kind === 'state' && task === null) states.push(state);
        if (states.at(-1) === 'FINISHED') break;
      }
      expect(states).to.deep.equal(['QUEUED', 'RUNNING', 'FINISHED']);
      const pieces = await Array.fromAsync(jobs.stdout(id, 1, { follow: true }));
      expect(String(Buffer.concat(pieces.map(({ bytes }) => bytes)))).to.equal(`printed by ${id}.1\n`);
      expect((await jobs.get(id)).state).to.equal('FINISHED');
      await jobs.delete(id);
      expect((await Array.fromAsync(jobs.list())).length).to.equal(0);
    });

    it('has a refusal as the broker meant it', async () => {
      const refused = await jobs.get('no-such-job').catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(ServiceFailure);
      expect(refused).to.deep.include({ code: 'not-found', status: 404 });
      const resources = new ResourcesClient(transport.address);
      const wrong = await resources.add('').catch((error: unknown) => error);
      expect(wrong).to.be.instanceOf(ServiceFailure).and.to.have.property('status', 400);
    });

    it('ends a call that is called off while it waits', async () => {
      const { id, cursor } = await jobs.submit({ application: 'echo' });
      const stop = new AbortController();
      const waiting = jobs.changed(id, cursor, { signal: stop.signal }).then(
        () => 'answered',
        () => 'called off',
      );
      setImmediate(() => stop.abort());
      expect(await waiting).to.equal('called off');
    });
  });
}
