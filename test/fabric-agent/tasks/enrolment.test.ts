import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { enrol, ownKey, readEnrolment } from '../../../fabric-agent/tasks/enrolment.ts';
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
    const { asked, enrolled } = enrolAt(() => Response.json({ name: 'my-node', brokerKey }));
    expect(await enrolled).to.deep.equal({ url, name: 'my-node', brokerKey });
    const { publicKey } = await ownKey(folder);
    expect(asked).to.deep.equal([
      { url: `${url}/broker/v1/enrol`, body: { secret: 's3cret', key: publicKey } },
    ]);
    const kept = await readEnrolment(folder);
    expect(kept?.enrolment).to.deep.equal({ url, name: 'my-node', brokerKey });
    expect(kept?.key.publicKey).to.equal(publicKey);
  });

  it('leaves files that are of the user alone, and the secret in none', async () => {
    await enrolAt(() => Response.json({ name: 'my-node', brokerKey })).enrolled;
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
    expect(await readEnrolment(folder)).to.equal(undefined);
  });

  it('is none where nobody has enrolled the agent, and said to be bad where it cannot be read', async () => {
    expect(await readEnrolment(folder)).to.equal(undefined);
    await writeFile(join(folder, 'enrolment.json'), '{}');
    expect((await refusalOf(readEnrolment(folder))).code).to.equal('bad-file');
  });
});
