import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DeclaredVariable, declaredVariables, type Environment } from '@flexprice/configuration'
import { z } from 'zod'

export interface ServiceVariables {
  /** `gateway`, as its folder. */
  readonly service: string
  readonly variables: readonly DeclaredVariable[]
}

/** What each service, and the command line, says that it reads, by the `readVariables(env)` of its `config.ts`. */
export async function serviceVariables(files: readonly string[]): Promise<ServiceVariables[]> {
  const configs = files.filter((path) => /^services\/[^/]+\/src\/config\.ts$/.test(path))
  return Promise.all(configs.sort().map(declaredIn))
}

async function declaredIn(path: string): Promise<ServiceVariables> {
  const config = configModule.safeParse(await import(pathToFileURL(resolve(path)).href))
  if (!config.success) throw new Error(`${path}:1 must export readVariables(env): it documents the service`)
  return {
    service: path.split('/')[1] ?? path,
    variables: declaredVariables(config.data.readVariables),
  }
}

const configModule = z.looseObject({
  readVariables: z.custom<(env: Environment) => unknown>((value) => typeof value === 'function'),
})
