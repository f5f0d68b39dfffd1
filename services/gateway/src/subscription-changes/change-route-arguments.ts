import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Api } from '../route.ts'

/** What a route gets that waits for a change; `closing` aborts when the process is to stop: whoever waits is told of the workflow. */
export type ChangeRouteArguments = [
  api: Api,
  deps: Pick<Dependencies, 'database' | 'temporal'>,
  config: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
]
