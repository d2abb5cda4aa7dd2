import { expect } from 'chai';
import { startOgm } from '../support/ogm.ts';
import { openHouse, ready, type ServiceReport, temporaryFolder } from './support/house.ts';

describe('what a service says of itself', () => {
  const pathsAt = async (http: string) => {
    const { openapi, paths } = (await (await fetch(`${http}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(openapi).to.match(/^3\.1\./);
    return Object.keys(paths);
  };

  it('is all that ogm up serves, to read for programs and people', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path);
    const paths = await pathsAt(house.http);
    expect(paths).to.include.members(['/market', '/broker/v1/jobs/{job}', '/infogather/v1/nodes']);
    // What has no parameters can be asked for as it stands; a path that nobody serves so is not found.
    const onlyPosted = [
      ...['/market', '/broker', '/infogather'],
      ...['/broker/v1/enrol', '/broker/v1/session', '/broker/v1/tokens/exchange'],
    ];
    for (const path of paths.filter((one) => !one.includes('{')))
      expect((await fetch(house.http + path)).status === 404, path).to.equal(onlyPosted.includes(path));
    const page = await fetch(`${house.http}/docs`, { headers: { 'Sec-Fetch-Site': 'none' } });
    expect(page.status).to.equal(200);
    expect(await page.text()).to.include('GET /broker/v1/jobs');
    const framed = await fetch(`${house.http}/docs`, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(framed.status).to.equal(403);
  });

  it('is what the market serves where it runs alone', async () => {
    await using folder = await temporaryFolder();
    const free = ['--http-port', '0', '--market-port', '0'];
    await using market = startOgm(['market', '--json', '--data', folder.path, ...free]);
    const { http } = await ready<ServiceReport>(market);
    expect(await pathsAt(http)).to.deep.equal(['/market', '/market/v1/prices', '/openapi.json', '/docs']);
  });
});
