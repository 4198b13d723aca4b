/** The README of an export: what is what, what was taken over and what not. */
import type { ChosenArm } from './chosen.js';
import type { RowFormat } from './row-formats.js';
import type { RowTally } from './rows.js';
import type { ExportSettings } from './settings.js';

/** What a file of rows holds. */
export interface WrittenFile {
  arm: ChosenArm;
  /** Path in the export. */
  path: string;
  tally: RowTally;
}

export interface ReadmeFacts {
  target: 'verl' | 'trl';
  settings: ExportSettings;
  format: RowFormat;
  files: readonly WrittenFile[];
  limits: readonly string[];
  leftOut: number;
}

export function readmeText(facts: ReadmeFacts): string {
  const { target, settings, files, limits, leftOut } = facts;
  const trained = files.filter(({ arm }) => arm.sets.includes('train'));
  const first = (trained.find(({ tally }) => tally.withContext > 0) ?? trained[0])?.arm.folder;
  const title = target === 'verl' ? 'verl' : 'TRL';
  const rows = files.map(
    ({ path, tally }) => `| \`${path}\` | ${tally.rows} | ${tally.withContext} | ${tally.longest} |`,
  );
  const left =
    leftOut === 0
      ? []
      : [
          `${leftOut} prompts are left out (\`left-out.jsonl\` says which): their texts hold control tokens, which are text in the prompts of the run and would be control here.`,
        ];
  return `${[
    `# The prompts of ${settings.run} for ${title}`,
    `Prompts of the run \`${settings.run}\`, with the retrieved traces in them as the run shows them, written by ra-rft. They were made for the model \`${settings.model}\`, and each was checked to come out of its tokenizer as the very tokens of the run; another chat template or vocabulary makes others.`,
    '| file | prompts | with a context | longest, tokens |\n| --- | --- | --- | --- |\n' + rows.join('\n'),
    ...left,
    ...(target === 'verl' ? verlText(first) : trlText(first)),
    rewardText(settings),
    settingsText(settings),
    ...(limits.length > 0 ? [`## What is not carried over\n\n${limits.map((limit) => `- ${limit}`).join('\n')}`] : []),
  ].join('\n\n')}\n`;
}

function verlText(first: string | undefined): string[] {
  return [
    `## Rows

\`prompt\` (chat messages), \`data_source\` (with the split of a test problem: verl reports each by itself), \`ability\`, \`reward_model.ground_truth\` (the gold answer) and \`extra_info\`: \`problem_id\`, \`question\`, \`answer\` (the worked solution, where there is one), \`context\` (none, traces, hint), \`trace_ids\`, \`split\`, \`index\`, \`arm\`.`,
    ...(first === undefined ? [] : [`## Train\n\n\`\`\`\nbash ${first}/train.sh\n\`\`\``]),
  ];
}

function trlText(first: string | undefined): string[] {
  return [
    `## Rows

\`prompt\` (chat messages, or one text for a model without chat template), \`answer\` (the gold answer, which \`reward.py\` grades by), \`solution\` (the same in a box, for TRL's own accuracy_reward), \`worked_solution\` (where there is one), \`problem_id\`, \`question\`, \`context\` (none, traces, hint), \`trace_ids\`, \`split\`, \`data_source\`, \`arm\`.`,
    ...(first === undefined
      ? []
      : [
          `## Train\n\n\`\`\`\npython3 train.py ${first}                    # on this machine\naccelerate launch train.py ${first} --vllm   # on several GPUs\n\`\`\`\n\n\`python3 train.py --help\` lists the settings.`,
        ]),
  ];
}

function rewardText({ reward }: ExportSettings): string {
  const other =
    reward.kind === 'module'
      ? `The run is rewarded by \`${reward.module}\`; only a service that runs it can judge.`
      : 'Without a service, Math-Verify judges (`pip install math-verify`), which is another verifier than that of the run.';
  return `## Reward

\`reward.py\` asks the service at \`RA_RFT_VERIFY_URL\` (\`POST /v1/verify\`; docs/export.md of ra-rft says what is sent). ${other}`;
}

function settingsText(settings: ExportSettings): string {
  const { group_size, learning_rate, max_response_tokens, temperature, eval_samples } = settings;
  return `## Settings

Those of the paper, not of the run: ${group_size} responses a prompt, learning rate ${learning_rate.toExponential()}, no KL, at most ${max_response_tokens} tokens a response, temperature ${temperature}, ${eval_samples} responses to a test problem. The recipe (GRPO, RLOO, DAPO, ...) is that of the arm. \`settings.json\` holds what the Python files read.`;
}
