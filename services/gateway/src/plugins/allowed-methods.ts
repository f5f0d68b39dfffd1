import type { FastifyInstance } from 'fastify'

/** Answers which methods a path has, of those that are registered after this call; none for a path that is nowhere. */
export function allowedMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() })
  })
  return (path) => {
    const segments = path.split('/')
    const methods = routes.filter((route) => fits(route.segments, segments)).flatMap((route) => route.methods)
    return [...new Set(methods)].sort()
  }
}

/** `/plans/:id` fits `/plans/plan_1`. Files of a page (`*`) have no methods of their own. */
function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.at(-1) === '*') return false
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  )
}
