import { execFileSync } from 'node:child_process'
import { type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeWhole } from '#prover/ceremony/folder.js'
import type { ReportSource } from '#strategy/backtest/report/report-page.js'
import type { DataFile } from './backtest-input.js'
import { OptionError } from './option-error.js'

export type OutputOptions = { readonly json?: string; readonly html?: string }

/**
 * Refuses before the work what could not be written after it, or would be written over one of the `inputs` or over the other
 * output.
 *
 * @throws {@link OptionError}
 */
export function checkOutputs({ json, html }: OutputOptions, inputs: readonly (string | undefined)[]): void {
  checkOutput('--json', json, inputs)
  checkOutput('--html', html, [...inputs, json])
}

/**
 * Writes each file asked for, whole, and says so; without any, gives the text. Nothing is written once `signal` has stopped
 * the work.
 *
 * @throws {@link OptionError} naming the file that could not be written.
 */
export async function output(
  { json, html }: OutputOptions,
  signal: AbortSignal | undefined,
  make: { readonly json: () => unknown; readonly html: () => string; readonly text: () => string },
): Promise<string> {
  const files: { option: string; path: string; text: string }[] = []
  if (json !== undefined)
    files.push({ option: '--json', path: json, text: `${JSON.stringify(make.json())}\n` })
  if (html !== undefined) files.push({ option: '--html', path: html, text: make.html() })
  signal?.throwIfAborted()
  for (const { option, path, text } of files) {
    await writeWhole(path, text).catch((cause: unknown) => {
      throw new OptionError(option, 'a file that can be written', cause)
    })
  }
  return files.length === 0 ? make.text() : files.map(({ path }) => `wrote ${path}`).join('\n')
}

/** The file that a report is of, and the program's commit. */
export const sourceOf = ({ name, sha256 }: DataFile): ReportSource => ({
  file: name,
  sha256,
  commit: commitOf(fileURLToPath(new URL('..', import.meta.url))),
})

/** The commit of the repository whose root is `folder`; null where there is none, as in a package inside another's. */
export function commitOf(folder: string): string | null {
  try {
    const options = { cwd: folder, stdio: 'pipe', encoding: 'utf8' } as const
    const [inside, commit] = execFileSync('git', ['rev-parse', '--show-prefix', 'HEAD'], options).split('\n')
    if (inside !== '' || commit === undefined) return null
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], options) !== ''
    return changed ? `${commit}, with changes since` : commit
  } catch {
    return null
  }
}

function checkOutput(
  option: string,
  path: string | undefined,
  others: readonly (string | undefined)[],
): void {
  if (path === undefined) return
  const there = statOf(path)
  // A file is renamed into place, which would take the place of a device or a pipe.
  if (!statOf(dirname(path))?.isDirectory() || (there !== undefined && !there.isFile())) {
    throw new OptionError(option, 'a file in a folder that exists')
  }
  if (others.some((other) => other !== undefined && isSame(path, other))) {
    throw new OptionError(option, 'a file of its own, neither read nor written by another option')
  }
}

/** The same place, or one file under two names. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)]
  return resolve(one) === resolve(other) || (a !== undefined && a.ino === b?.ino && a.dev === b.dev)
}

/** Undefined where nothing is there, or nobody may see it. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
