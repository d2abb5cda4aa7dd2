import { type Code, catalogue } from '../../protocol/catalogue.ts';
import type { OpenApi, Parameter } from '../../protocol/openapi/document.ts';
import { problemsOf } from '../../protocol/openapi/problems.ts';
import type { Content, Route } from '../../protocol/openapi/route.ts';
import type { JsonSchema } from '../../protocol/openapi/schemas.ts';
import type { Topic } from '../../protocol/openapi/services.ts';
import { type Fragment, html, Markup, prose } from './markup.ts';

/** The looks of the page, which is all that it loads. */
export const pageStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 0.5rem 0; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: 0.2rem 0.6rem 0.2rem 0; text-align: left; vertical-align: top; }
h2 { border-bottom: 2px solid #8888; margin-top: 3rem; }
h3 { margin: 2rem 0 0; }
nav ul { columns: 20rem; list-style: none; padding: 0; }
summary { cursor: pointer; }
`;

/** What a door serves as a page that needs no program to be read. */
export function descriptionPage(topics: readonly Topic[], description: OpenApi): string {
  const { info, components } = description;
  const codes = new Set(topics.flatMap(({ routes }) => routes.flatMap((route) => codesOf(route))));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title}: what is served here</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<h1>${info.title}: what is served here</h1>
${info.description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<p>For programs the same stands in <a href="/openapi.json">openapi.json</a>.</p>
<nav>${topics.map(contents)}</nav>
<main>
${topics.map(
  ({ name, routes }) => html`<section>
<h2>${name}</h2>
${routes.map((route) => article(route, description.paths[route.path]?.[route.method]?.parameters ?? []))}
</section>
`,
)}<section>
<h2>What is sent and answered</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaArticle(name, schema))}
</section>
<section>
<h2>Problems</h2>
${table(
  ['code', 'what it means', 'what to do next'],
  [...codes]
    .sort()
    .map((code) => [
      html`<code id="problem-${code}">${code}</code>`,
      prose(catalogue[code].means),
      prose(catalogue[code].next),
    ]),
)}
</section>
</main>
</body>
</html>
`.text;
}

function contents({ name, routes }: Topic): Markup {
  const link = ({ id, method, path }: Route) =>
    html`<li><a href="#${id}"><code>${method.toUpperCase()} ${path}</code></a></li>`;
  return html`<h3>${name}</h3><ul>${routes.map(link)}</ul>`;
}

function article(route: Route, parameters: readonly Parameter[]): Markup {
  const { id, method, path, does, more, takes, gives } = route;
  const answers = gives.map(({ status, says, content }) => [
    String(status),
    prose(says),
    content === undefined ? '' : bodies(content),
  ]);
  const problems = [...problemsOf(route)].map(([status, codes]) => [String(status), codes.map(codeLink)]);
  return html`<article id="${id}">
<h3><code>${method.toUpperCase()} ${path}</code></h3>
<p>${prose(`${does}.${more === undefined ? '' : ` ${more}`}`)}</p>
<p>${prose(needs(route))}</p>
${parameters.length === 0 ? '' : table(['parameter', 'in', 'is', 'says'], parameters.map(parameterRow))}
${takes === undefined ? '' : html`<p>Takes ${bodies(takes)}${route.takesNothing ? ', or nothing' : ''}.</p>`}
${table(['status', 'answer', 'as'], answers)}
<details><summary>Problems</summary>${table(['status', 'codes'], problems)}</details>
</article>
`;
}

function needs({ scopes, forAgents }: Route): string {
  if (scopes === 'nobody') return 'Needs no token.';
  const named = scopes.map((scope) => `\`${scope}\``).join(' or ');
  const scope = scopes.length === 0 ? 'any token' : `a token with the scope ${named}`;
  return `From others than the user who runs the service: ${scope}${forAgents ? ', or that of an agent' : ''}.`;
}

function parameterRow({ name, in: place, required, description = '', schema }: Parameter) {
  const is = html`${kind(schema)}${optional(schema, required)}`;
  return [html`<code>${name}</code>`, place, is, prose(description)];
}

function bodies(content: Content): Markup {
  const each = Object.entries(content).map(
    ([type, schema], index) =>
      html`${index === 0 ? '' : ' or '}<code>${type}</code>${schema === 'bytes' ? '' : html`: ${schemaLink(schema)}`}`,
  );
  return html`${each}`;
}

function schemaArticle(name: string, schema: JsonSchema): Markup {
  const members = Object.entries(schema.properties ?? {});
  const says = html`${schema.description === undefined ? '' : html`<p>${prose(schema.description)}</p>`}`;
  const head = html`<article id="schema-${name}"><h3>${name}</h3>${says}`;
  if (members.length === 0) return html`${head}<p>${kind(schema)}</p></article>\n`;
  const rows = members.map(([member, value]) => {
    const { description = '' } = value as JsonSchema;
    const always = schema.required?.includes(member) ?? false;
    return [
      html`<code>${member}</code>`,
      html`${kind(value as JsonSchema)}${optional(value as JsonSchema, always)}`,
      prose(description),
    ];
  });
  return html`${head}${table(['member', 'is', 'says'], rows)}</article>\n`;
}

/** What a value is, in a few words. */
function kind(schema: JsonSchema): Markup {
  const { $ref, type, anyOf, items, properties, additionalProperties } = schema;
  if ($ref !== undefined) return schemaLink($ref.slice($ref.lastIndexOf('/') + 1));
  if (schema.enum !== undefined)
    return either(schema.enum.map((value) => html`<code>${String(value)}</code>`));
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  if (anyOf !== undefined) return either(anyOf.map((one) => kind(one as JsonSchema)));
  if (type === 'array') return html`list of ${kind((items ?? {}) as JsonSchema)}`;
  if (type === 'object' && properties !== undefined) {
    const members = Object.entries(properties).map(
      ([name, value], index) =>
        html`${index === 0 ? '' : ', '}<code>${name}</code>: ${kind(value as JsonSchema)}`,
    );
    return html`{ ${members} }`;
  }
  if (type === 'object' && typeof additionalProperties === 'object')
    return html`object, each member ${kind(additionalProperties as JsonSchema)}`;
  return html`${[type ?? 'anything'].flat().join(' or ')}${range(schema)}`;
}

function optional(schema: JsonSchema, isAlwaysThere: boolean): string {
  return isAlwaysThere || schema.default !== undefined ? '' : ', if any';
}

function range({ minimum, maximum, minLength, maxLength, default: usual }: JsonSchema): string {
  const least = minimum === undefined ? '' : ` from ${minimum}`;
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  const short = minLength === undefined ? '' : ` of ${minLength} characters or more`;
  const long = maxLength === undefined ? '' : ` of ${maxLength} characters at most`;
  return `${least}${most}${long === '' ? short : long}${usual === undefined ? '' : `, ${usual} unless said`}`;
}

function either(choices: readonly Markup[]): Markup {
  return html`${choices.map((choice, index) => html`${index === 0 ? '' : ' or '}${choice}`)}`;
}

function table(heads: readonly string[], rows: readonly (readonly Fragment[])[]) {
  return html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

function codesOf(route: Route): Code[] {
  return [...problemsOf(route).values()].flat();
}

function codeLink(code: Code): Markup {
  return html`<a href="#problem-${code}"><code>${code}</code></a> `;
}

function schemaLink(name: string): Markup {
  return html`<a href="#schema-${name}">${name}</a>`;
}
