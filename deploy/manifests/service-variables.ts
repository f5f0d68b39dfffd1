import { globSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DeclaredVariable, declaredVariables, type Environment } from '@flexprice/configuration'
import { z } from 'zod'

export interface ServiceVariables {
  /** `gateway`, as its folder. */
  readonly service: string
  readonly variables: readonly DeclaredVariable[]
}

/** What each service, and the command line, says that it reads, by the `readVariables(env)` of its `config.ts`. */
export async function serviceVariables(): Promise<ServiceVariables[]> {
  const configs = globSync('services/*/src/config.ts', { cwd: repositoryDir })
  return Promise.all(configs.toSorted().map(declaredIn))
}

const repositoryDir = path.resolve(import.meta.dirname, '../..')

async function declaredIn(file: string): Promise<ServiceVariables> {
  const config = configModule.safeParse(await import(pathToFileURL(path.join(repositoryDir, file)).href))
  if (!config.success) throw new Error(`${file}:1 must export readVariables(env): it documents the service`)
  return {
    service: file.split('/')[1] ?? file,
    variables: declaredVariables(config.data.readVariables),
  }
}

const configModule = z.looseObject({
  readVariables: z.custom<(env: Environment) => unknown>((value) => typeof value === 'function'),
})
