import getPort, { portNumbers } from 'get-port'
import type { SettingsFile } from './settings-file.ts'
import { StepFailure } from './step-failure.ts'

const gatewayPortFirst = 8080
const gatewayPortLast = 8179

/** A free port for a part: the one it had the last time, if nobody has taken it since. */
export async function freePort(part: string, settings: SettingsFile): Promise<number> {
  const last = settings.read().ports[part]
  const port = await getPort(last === undefined ? {} : { port: last })
  settings.change({ ports: { ...settings.read().ports, [part]: port } })
  return port
}

/** The gateway's port: the given one or nothing, else the first free one from 8080 on. */
export async function gatewayPort(given: number | undefined): Promise<number> {
  if (given === undefined) return getPort({ port: portNumbers(gatewayPortFirst, gatewayPortLast) })
  if ((await getPort({ port: given })) === given) return given
  throw new StepFailure(
    'Gateway',
    `Port ${given} (PORT) is taken.`,
    'Stop what listens there, give another PORT, or leave PORT out: the next free port from 8080 is taken then.',
  )
}
