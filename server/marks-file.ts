import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { BaseError } from '#portfolio/base-error.js'
import { MarksWire, type OptionMarks, parseMarks } from './schemas/marks.js'
import { parseTime, parseWire } from './schemas/wire.js'

const MarksFile = MarksWire.extend({ time: z.string() })

/**
 * Option marks from a file that another process keeps fresh: the form of `marks` in `POST /markets`, and the `time` they
 * are of. They are signed as numbers of now, so they may be no older than the chain lets signed numbers be.
 *
 * @throws {@link MarksFileError} when the file is not there or not of this form; {@link MarksOldError}.
 */
export async function readMarksFile(path: string, now: bigint, maxAge: bigint): Promise<OptionMarks> {
  const { time, marks } = await parseFile(path)
  if (time > now || now - time > maxAge) throw new MarksOldError(maxAge)
  return marks
}

async function parseFile(path: string): Promise<{ readonly time: bigint; readonly marks: OptionMarks }> {
  try {
    const { time, ...marks } = parseWire(MarksFile, JSON.parse(await readFile(path, 'utf8')), 'marks')
    return { time: parseTime(time, 'marks.time'), marks: parseMarks(marks) }
  } catch {
    throw new MarksFileError()
  }
}

export class MarksFileError extends BaseError {
  constructor() {
    super('The file of option marks is missing or not of the expected form.', {
      code: 'SERVER_MARKS_FILE',
      field: 'BALLAST_MARKS_FILE',
      hints: ['docs/operations.md says what it holds. Write a new file and rename it over the old one.'],
    })
  }
}

/** Signing old marks would date yesterday's option numbers today. */
export class MarksOldError extends BaseError {
  constructor(maxAge: bigint) {
    super(`marks.time must be at most ${maxAge} seconds before the chain's time, and not after it.`, {
      code: 'SERVER_MARKS_OLD',
      field: 'marks.time',
    })
  }
}
