import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { throwAwayConfig } from '@flexprice/local-stack/config'
import { pythonTool } from '@flexprice/local-stack/python-tools'
import { createStackRun, type StackRun } from '@flexprice/local-stack/stack-run'
import { type KubernetesObject, renderOverlay } from '../kubernetes-objects.ts'

/** kubectl, over copies of `k8s`: what a person made for a cluster of their own stays as it is. */
export interface Rendering extends Disposable {
  readonly run: StackRun
  /** The folder of a fresh copy, without secrets. */
  copied(name: string): string
  /** What is applied of a folder. */
  render(folder: string): Promise<KubernetesObject[]>
}

export async function startRendering(): Promise<Rendering> {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-k8s-'))
  const run = createStackRun(
    throwAwayConfig(dir),
    { throwAway: true, signal: new AbortController().signal },
    () => undefined,
  )
  const kubectl = await pythonTool(run, 'kubectl')
  return {
    run,
    copied(name) {
      const folder = path.join(dir, name)
      cpSync(path.resolve(import.meta.dirname, '../../../k8s'), folder, {
        recursive: true,
        filter: (file) => !file.endsWith('/secrets'),
      })
      return folder
    },
    render: (folder) => renderOverlay(run, kubectl, folder),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}
