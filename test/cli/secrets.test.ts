import { expect } from 'chai';
import { secretsOf } from '../../cli/house/secrets.ts';
import { settingsSchema } from '../../cli/settings.ts';

describe('what programs that are isolated see nothing of', () => {
  const none = Object.fromEntries(Object.keys(settingsSchema.shape).map((name) => [name, {}]));

  it('is the data folder, and each key and token that the settings name, of all resources', () => {
    const config = settingsSchema.parse({
      ...none,
      doors: { key: '/etc/ogm/door.pem' },
      client: {
        'token-file': '/etc/ogm/token',
        brokers: ['192.0.2.1:7685=https://a.example /etc/ogm/a-token', '192.0.2.2:7685=https://b.example'],
      },
      agent: {
        'listen-key': '/etc/ogm/listen.pem',
        resources: [
          { name: 'here', 'back-end': 'bubblewrap' },
          { name: 'far', 'back-end': 'ssh', 'ssh-key': '/etc/ogm/far-key' },
        ],
      },
    });
    const { folders, files } = secretsOf(config, '/srv/ogm');
    expect(folders).to.deep.equal(['/srv/ogm']);
    expect(files).to.have.members([
      '/etc/ogm/door.pem',
      '/etc/ogm/token',
      '/etc/ogm/a-token',
      '/etc/ogm/listen.pem',
      '/etc/ogm/far-key',
    ]);
  });

  it('is no file where none is named', () => {
    expect(secretsOf(settingsSchema.parse(none), '/srv/ogm').files).to.deep.equal([]);
  });
});
