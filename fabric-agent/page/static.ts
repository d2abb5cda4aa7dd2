/** The page itself; what it shows comes by its script. */
export const markup = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>An agent of Open Grid Market</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header>
<h1>The agent of this machine</h1>
<p id="link" role="status">Asking the agent …</p>
<noscript>This page wants JavaScript. Without: ogm agent status, ogm agent log, ogm agent drain, ogm agent resume.</noscript>
</header>
<main id="nodes"></main>
<section aria-labelledby="log-title">
<h2 id="log-title">Log</h2>
<pre id="log" tabindex="0" role="log" aria-live="off"></pre>
</section>
</body>
</html>
`;

export const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { margin: 0; }
h2 { border-bottom: 2px solid #8888; margin: 2rem 0 0.5rem; }
h3 { margin: 1.5rem 0 0.25rem; }
button { font: inherit; min-height: 2.75rem; padding: 0.25rem 1rem; }
dl { display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; margin: 0.5rem 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
.scrolls { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: 0.2rem 0.75rem 0.2rem 0; text-align: left; vertical-align: top; }
pre { font: 0.85rem/1.4 ui-monospace, monospace; max-height: 24rem; overflow: auto; white-space: pre-wrap; }
.state { border: 1px solid; border-radius: 0.3rem; padding: 0 0.4rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
`;
