/** A page may load nothing and run nothing. */
export const homePagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const chat = `<p>It keeps the conversations of an application too: send each message as it is, and the <code>conversation_id</code> that came back.</p>
<pre>curl -N "$ADDRESS/api/chat/stream" \\
  -H "Authorization: Bearer $RESOFTAI_KEY" -H "Content-Type: application/json" \\
  -d '{"message": "Hello?"}'</pre>
`

/** What a browser shows of the gateway: it holds nothing but what is here. */
export const homePage = (hasChat: boolean): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ResoftAI gateway</title>
<style>
  body { max-width: 42rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; color: #222; background: #fff }
  pre { padding: 1rem; overflow-x: auto; background: #f3f3f3 }
  a { color: #0b57d0 }
  @media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } pre { background: #262626 } a { color: #8ab4f8 } }
</style>
<h1>ResoftAI gateway</h1>
<p>One OpenAI-compatible address for every provider. Point a client at this address with <code>/v1</code> behind it (a client of Anthropic without), and give it a key of this gateway.</p>
<pre>curl "$ADDRESS/v1/chat/completions" \\
  -H "Authorization: Bearer $RESOFTAI_KEY" -H "Content-Type: application/json" \\
  -d '{"model": "simulator/canned", "messages": [{"role": "user", "content": "Hello?"}]}'</pre>
${hasChat ? chat : ''}<p>With an admin key, <code>/admin/keys</code> makes keys, <code>/admin/costs</code> tells what calls have cost, and <code>/metrics</code> is for Prometheus. In a shell the first two are <code>resoftai keys</code> and <code>resoftai cost</code>.</p>
<ul>
  <li><a href="docs">Every address</a>, as <a href="openapi.json">OpenAPI</a> too</li>
  <li><a href="ready">Can it serve</a>, <a href="health">is it alive</a></li>
</ul>
</html>
`
