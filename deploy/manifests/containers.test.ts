import { chmodSync, copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { throwAwayConfig } from '@flexprice/local-stack/config'
import { pythonTool } from '@flexprice/local-stack/python-tools'
import { runCommand } from '@flexprice/local-stack/run-command'
import { createStackRun } from '@flexprice/local-stack/stack-run'
import { createTestDatabase } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { startAssembled } from './testing/assembled-service.ts'

const repositoryDir = path.resolve(import.meta.dirname, '../..')
// Everyone may pass it: what runs in it is a plain user.
const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-image-'))
chmodSync(dir, 0o755)
const run = createStackRun(
  throwAwayConfig(dir),
  { throwAway: true, signal: new AbortController().signal },
  () => undefined,
)
const assembleTimeoutMs = 240_000

afterAll(() => {
  for (const folder of globSync('**/', { cwd: dir, exclude: ['**/node_modules/*/**'] }))
    chmodSync(path.join(dir, folder), 0o755)
  rmSync(dir, { recursive: true, force: true })
})

function assemble(service: string, target: string): Promise<string> {
  const options = { timeoutMs: assembleTimeoutMs, cwd: repositoryDir }
  return runCommand(run, 'sh', ['deploy/assemble.sh', service, target], options)
}

describe('an image', () => {
  const target = path.join(dir, 'app')

  it('holds one service, natives of this platform alone, and the bundle', {
    timeout: assembleTimeoutMs,
  }, async () => {
    await assemble('worker-price-sync', target)
    const find = (pattern: string) => globSync(pattern, { cwd: target })
    expect(find('services/*/src')).toEqual(['services/worker-price-sync/src'])
    expect(find('packages/testing/src')).toEqual([])
    expect(find('**/src/**/*.test.ts')).toEqual([])
    expect(find('packages/temporal-worker/.bundles/price-sync-*.js')).toHaveLength(1)
    const core = find(
      'node_modules/.pnpm/@temporalio+core-bridge@*/node_modules/@temporalio/core-bridge/releases/*',
    )
    expect(core.map((release) => path.basename(release))).toEqual([
      `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`,
    ])
  })

  it('runs as a plain user that can write nowhere in it, is healthy by its own probe, and stops', async () => {
    for (const folder of [
      '',
      'packages/temporal-worker',
      'packages/temporal-worker/.bundles',
      'services/worker-price-sync',
    ]) {
      chmodSync(path.join(target, folder), 0o555)
    }
    const node = path.join(dir, 'node')
    copyFileSync(process.execPath, node)
    chmodSync(node, 0o755)
    await using database = await createTestDatabase()
    const { address, namespace } = testTemporalSettings()
    await using worker = await startAssembled({
      node,
      target,
      service: 'worker-price-sync',
      environment: {
        DATABASE_URL: database.appUrl,
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        LOG_LEVEL: 'debug',
      },
    })
    expect(await worker.probe()).toBe(0)
    expect(await worker.stop()).toBe(0)
    // With another hash than the image's it would have been bundled anew, and could not be kept.
    expect(worker.output()).not.toContain('bundle-not-kept')
    expect(await worker.probe()).toBe(1)
  })

  it('is refused for a service that there is not, and into a folder that is not empty', async () => {
    await expect(assemble('worker-none', path.join(dir, 'none'))).rejects.toThrow(
      /no service worker-none: one of .*gateway/,
    )
    mkdirSync(path.join(dir, 'full/x'), { recursive: true })
    await expect(assemble('gateway', path.join(dir, 'full'))).rejects.toThrow('is not empty')
  })
})

describe('the Dockerfile', () => {
  const text = readFileSync(path.join(repositoryDir, 'deploy/Dockerfile'), 'utf8')

  it('has nothing that hadolint finds', async () => {
    const hadolint = await pythonTool(run, 'hadolint')
    const found = await runCommand(run, hadolint, ['--failure-threshold', 'style', 'deploy/Dockerfile'], {
      timeoutMs: 30_000,
      cwd: repositoryDir,
    })
    expect(found).toBe('')
  })

  it('runs the Node that everything is tested with, not as root, in exec form, with a health check', () => {
    const workspace = z
      .object({ catalog: z.record(z.string(), z.string()) })
      .parse(parse(readFileSync(path.join(repositoryDir, 'pnpm-workspace.yaml'), 'utf8')))
    const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    expect(images).toEqual([
      `node:${workspace.catalog.node}-bookworm`,
      `node:${workspace.catalog.node}-bookworm-slim`,
    ])
    expect(text).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
    expect(text).toMatch(/^ENTRYPOINT \["node", "src\/main\.ts"\]$/m)
    expect(text).toMatch(/^HEALTHCHECK .*CMD \["node", "\/app\/healthy\.mjs"\]$/m)
  })
})
