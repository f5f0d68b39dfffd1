import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { parse } from 'yaml'
import { z } from 'zod'
import schema from './compose.schema.json' with { type: 'json' }

const serviceSchema = z.looseObject({
  image: z.string().optional(),
  extends: z.object({ file: z.string().optional(), service: z.string() }).optional(),
  build: z.looseObject({ args: z.record(z.string(), z.string()).default({}) }).optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
})
const fileSchema = z.looseObject({
  include: z.array(z.string()).default([]),
  services: z.record(z.string(), serviceSchema).default({}),
})

export type ComposeService = z.infer<typeof serviceSchema>

/** The services of a compose file and of what it includes, each with what it extends. Throws for what is no compose file. */
export function readCompose(file: string): ReadonlyMap<string, ComposeService> {
  const { include, services } = readOne(file)
  const folder = path.dirname(file)
  return new Map([
    ...include.flatMap((included) => [...readCompose(path.join(folder, included))]),
    ...Object.entries(services).map(([name, service]) => [name, extended(file, service)] as const),
  ])
}

/** What the schema of the compose specification says against a file. */
export function composeProblems(content: unknown): string[] {
  const check = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
  if (check(content)) return []
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
}

function readOne(file: string): z.infer<typeof fileSchema> {
  const content: unknown = parse(readFileSync(file, 'utf8'))
  const problems = composeProblems(content)
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`)
  return fileSchema.parse(content)
}

function extended(file: string, service: ComposeService): ComposeService {
  if (service.extends === undefined) return service
  const from = service.extends.file === undefined ? file : path.join(path.dirname(file), service.extends.file)
  const parent = readOne(from).services[service.extends.service]
  if (parent === undefined) throw new Error(`${file}: there is no ${service.extends.service} in ${from}`)
  const above = extended(from, parent)
  return { ...above, ...service, environment: { ...above.environment, ...service.environment } }
}
