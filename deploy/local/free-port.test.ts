import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort, gatewayPort } from './free-port.ts'
import { createSettingsFile } from './settings-file.ts'

async function listening(port: number) {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { [Symbol.dispose]: () => void server.close() }
}

function settings() {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-settings-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return createSettingsFile(dir)
}

it('a part gets the port it had before, so that URLs stay good', async () => {
  const file = settings()
  const first = await freePort('redis', file)
  expect(file.read().ports).toEqual({ redis: first })
  file.change({ ports: { redis: 45_123 } })
  expect(await freePort('redis', file)).toBe(45_123)
})

it('a part gets another port when its last one is taken', async () => {
  const file = settings()
  const first = await freePort('redis', file)
  using _taken = await listening(first)
  expect(await freePort('redis', file)).not.toBe(first)
})

it('the gateway moves on when 8080 is taken, unless a port was asked for', async () => {
  const port = await gatewayPort(undefined)
  using _taken = await listening(port)
  expect(await gatewayPort(undefined)).not.toBe(port)
  await expect(gatewayPort(port)).rejects.toThrow(`Port ${port} (PORT) is taken.`)
})
