import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { docsPage, docsPagePolicy, docsStart } from './page.ts'
import { openapi } from './openapi.ts'
import { referencePage, referencePagePolicy } from './reference-page.ts'

const require = createRequire(import.meta.url)

/** Files of Swagger UI, as its package brings them along: nothing is loaded from elsewhere. */
const files = [
  {
    name: 'swagger-ui.css',
    type: 'text/css; charset=utf-8',
    find: () => require.resolve('@fastify/swagger-ui/static/swagger-ui.css')
  },
  {
    name: 'swagger-ui-bundle.js',
    type: 'text/javascript; charset=utf-8',
    find: () => require.resolve('@fastify/swagger-ui/static/swagger-ui-bundle.js')
  }
]

const options = { config: { access: 'docs' } } as const

const dayOld = 'public, max-age=86400'

/** What the gateway answers, for programs and as a page. */
export function docsRoutes(app: FastifyInstance): void {
  app.get('/openapi.json', options, async () => openapi)

  app.get('/docs', options, async (_request, reply) =>
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': docsPagePolicy }).send(docsPage)
  )

  app.get('/redoc', options, async (_request, reply) =>
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': referencePagePolicy }).send(referencePage())
  )

  app.get('/docs/start.js', options, async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(docsStart))

  for (const { name, type, find } of files) {
    app.get(`/docs/${name}`, options, async (_request, reply) =>
      reply.headers({ 'content-type': type, 'cache-control': dayOld }).send(await readFile(find()))
    )
  }
}
