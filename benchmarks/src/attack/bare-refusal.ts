// The floor of what is refused: a Fastify route that answers 503 and nothing else. It prints its port.
import Fastify from 'fastify'

const app = Fastify({ logger: false })
const body = {
  code: 'service_unavailable',
  message: 'Too many requests are under way',
  http_status_code: 503,
}
app.get('/*', (_request, reply) => reply.code(503).header('retry-after', '1').send(body))

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
