import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { descriptionRoutes } from '../../cli/house/description.ts';
import { html, prose } from '../../cli/house/markup.ts';
import { description, topicsOf } from '../../protocol/openapi/services.ts';
import { openHttpDoor } from '../broker/http-door.ts';

describe('the page of what is served', () => {
  async function page(names: Parameters<typeof descriptionRoutes>[0]) {
    await using door = await openHttpDoor([descriptionRoutes(names)]);
    const answer = await fetch(`${door.url}/docs`);
    expect(answer.status).to.equal(200);
    return { text: await answer.text(), headers: answer.headers };
  }

  it('tells of every route, and of every schema and code that it names', async () => {
    const { text } = await page(['market', 'broker', 'infogather']);
    const topics = [...Object.values(topicsOf).flat(), description];
    for (const { method, path, id } of topics.flatMap(({ routes }) => routes))
      expect(text).to.include(`<article id="${id}">\n<h3><code>${method.toUpperCase()} ${path}</code></h3>`);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    const links = [...text.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links).to.include('schema-JobRequest').and.to.include('problem-blobs-missing');
    expect(links.filter((link) => !ids.includes(link))).to.deep.equal([]);
  });

  it('of one service tells of that one', async () => {
    const { text } = await page(['market']);
    expect(text).to.include('POST /market').and.not.to.include('/broker/v1/jobs');
  });

  it('loads nothing and runs nothing, and its policy lets it', async () => {
    const { text, headers } = await page(['market', 'broker', 'infogather']);
    expect(text).not.to.match(/<script|<link|<img|<iframe|<form|\bon\w+=|\bsrc=|url\(|@import/i);
    expect([...text.matchAll(/ href="([^#"][^"]*)"/g)].map(([, href]) => href)).to.deep.equal([
      '/openapi.json',
    ]);
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('Content-Security-Policy')).to.equal(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('Content-Type')).to.equal('text/html; charset=utf-8');
    expect(headers.get('X-Content-Type-Options')).to.equal('nosniff');
  });

  it('is well-formed: what is opened is closed, in order', async () => {
    const { text } = await page(['market', 'broker', 'infogather']);
    const open: string[] = [];
    for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
      if (name === 'meta') continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).to.equal(name);
    }
    expect(open).to.deep.equal([]);
  });
});

describe('markup', () => {
  it('escapes what is put into it, but for what is markup itself', () => {
    const name = `<script>"&'</script>`;
    const escaped = '&#60;script&#62;&#34;&#38;&#39;&#60;/script&#62;';
    expect(html`<p title="${name}">${[name, html`<b>${name}</b>`]}</p>`.text).to.equal(
      `<p title="${escaped}">${escaped}<b>${escaped}</b></p>`,
    );
  });

  it('shows what is between backticks as code', () => {
    expect(prose('the `after` of <it>').text).to.equal('the <code>after</code> of &#60;it&#62;');
  });
});
