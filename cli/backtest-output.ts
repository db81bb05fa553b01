import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '#prover/ceremony/folder.js'
import type { ReportSource } from '#strategy/backtest/report/report-page.js'
import type { DataFile } from './backtest-input.js'
import { OptionError } from './option-error.js'

export type OutputOptions = { readonly json?: string; readonly html?: string }

/** Refuses before the work what could not be written after it. @throws {@link OptionError} */
export function checkOutputs({ json, html }: OutputOptions): void {
  checkOutput('--json', json)
  checkOutput('--html', html)
}

/**
 * Writes each file asked for, whole, and says so; without any, gives the text. Nothing is written once `signal` has stopped
 * the work.
 */
export async function output(
  { json, html }: OutputOptions,
  signal: AbortSignal | undefined,
  make: { readonly json: () => unknown; readonly html: () => string; readonly text: () => string },
): Promise<string> {
  const files: [string, string][] = []
  if (json !== undefined) files.push([json, `${JSON.stringify(make.json())}\n`])
  if (html !== undefined) files.push([html, make.html()])
  signal?.throwIfAborted()
  for (const [path, text] of files) await writeWhole(path, text)
  return files.length === 0 ? make.text() : files.map(([path]) => `wrote ${path}`).join('\n')
}

/** The file that a report is of, and the program's commit where it runs in its repository. */
export function sourceOf({ name, sha256 }: DataFile): ReportSource {
  try {
    const options = { cwd: new URL('..', import.meta.url), stdio: 'pipe', encoding: 'utf8' } as const
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], options).trim()
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], options) !== ''
    return { file: name, sha256, commit: changed ? `${commit}, with changes since` : commit }
  } catch {
    return { file: name, sha256, commit: null }
  }
}

function checkOutput(option: string, path: string | undefined): void {
  if (path === undefined) return
  const folder = statSync(dirname(path), { throwIfNoEntry: false })
  const there = statSync(path, { throwIfNoEntry: false })
  if (!folder?.isDirectory() || there?.isDirectory()) {
    throw new OptionError(option, 'a file in a folder that exists')
  }
}
