// Whether the service of this image answers, by its own probe. The command line serves nothing: it is always well.
import path from 'node:path'

const service = path.basename(process.cwd())
const port = service === 'gateway' ? (process.env.PORT ?? '8080') : (process.env.HEALTH_PORT ?? '9090')
if (service !== 'cli') {
  const answer = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) })
  if (answer.status !== 200) process.exit(1)
}
