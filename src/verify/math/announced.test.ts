/** Answers in tags and fields, and announced in other languages. */
import { expect, test } from 'vitest';
import { extractAnswers, passedOver } from './extract.js';
import { expectPairs, expectResponses } from './testing/pairs.js';

test('answers are announced in other languages, with their digits and marks', () => {
  const said = [
    '答案：42', '答案为42。', '因此，答案是 42。', '【答案】42', '答：一共有42个苹果。', '答案是四十二。', '答えは42です。', '따라서 답은 42입니다.',
    '정답은 42이다.', 'Ответ: 42.', '**Ответ:** 42 рубля', 'الجواب: ٤٢', 'الجواب هو 42', 'La réponse est 42.', 'Réponse : 42',
    'Lösung: 42', 'Die Antwort ist 42.', 'La respuesta es $42$.', 'A resposta é 42.', 'उत्तर: ४२', 'คำตอบคือ 42', 'Đáp số: 42', 'Cevap: 42', '答案是４２．',
  ]; // prettier-ignore
  expectResponses(said.map((text) => ['42', '=', text] as const));
  expectResponses(said.map((text) => ['41', '#', text] as const));
});

test('and denied or bounded in them', () => {
  const said = [
    '答案不是42。', '答案至少是42。', '答案是42以上。', '答案大于42。', '答案是42万。', '答えは42ではありません。', '정답은 42가 아닙니다.',
    '답은 42 이상입니다.', 'Ответ: не 42', 'Ответ: более 42', "La réponse n'est pas 42.", 'Die Antwort ist nicht 42.',
    'La respuesta no es 42.', 'A resposta é pelo menos 42.', '答案是420。',
  ]; // prettier-ignore
  expectResponses(said.map((text) => ['42', '#', text] as const));
});

test('units, connectives, numerals and words of other languages say what ours say', () => {
  expectPairs([
    ['42', '=', '42元'],
    ['42', '=', '42个'],
    ['420000', '=', '42万'],
    ['42', '#', '42万'],
    ['15000', '=', '1.5万'],
    ['50\\text{ km}', '=', '50千米'],
    ['50\\text{ km}', '#', '50米'],
    ['2,3', '=', 'x=2或x=3'],
    ['2,3', '=', '2\\text{和}3'],
    ['2,3', '#', '2\\text{和}4'],
    ['305', '=', '三百零五'],
    ['42', '#', '四十三'],
    ['\\text{yes}', '=', '是'],
    ['\\text{yes}', '#', '否'],
    ['\\text{no solution}', '=', '无解'],
    ['\\sqrt[3]{5}', '=', '∛5'],
    ['x_1+x_2', '=', 'x₁+x₂'],
    ['x_1+x_2', '#', 'x₁+x₃'],
    ['𝑥+1', '=', 'x+1'],
  ]);
});

test('a tag holds the answer, whatever stands around it', () => {
  expectResponses([
    ['42', '=', '<answer> 42 </answer>'],
    ['42', '=', '<think>41</think><answer>$\\boxed{42}$</answer>'],
    ['42', '=', '<answer>\n**42**\n</answer>'],
    ['42', '=', '<answer>The final value is 42</answer>'],
    ['42', '=', '<FINAL_ANSWER>41</FINAL_ANSWER>\nCorrection:\n<FINAL_ANSWER>42</FINAL_ANSWER>'],
    ['42', '#', '<answer>41</answer> Score: 42'],
    ['42', '#', '<answer>\n41\n42\n</answer>'],
    ['42', '#', '<answer>Unable to determine</answer> 42'],
    ['42', '=', '\\boxed{41} <answer>42</answer>'],
    ['\\text{yes}', '=', '<answer>Yes</answer>'],
    ['\\text{yes}', '#', '<answer>No</answer>'],
  ]);
  expect(extractAnswers('<answer></answer> 5')[0]).toMatchObject({ text: '' });
  expectResponses([
    ['5', '#', '<answer></answer> 5'],
    ['5', '=', '<p>The total</p> 5'],
    ['5', '=', '2 + 3 => 5'],
    ['5', '#', 'so x > 5'],
  ]);
});

test('the field of a JSON object, with all its digits', () => {
  expectResponses([
    ['42', '=', '```json\n{"answer": 42}\n```'],
    ['42', '=', '{"thought": "maybe 41", "final_answer": "42"}'],
    ['42', '#', '{"answer": 4, "id": 42}'],
    ['42', '#', '{"answer": null, "n": 42}'],
    ['9007199254740993', '=', '{"answer": 9007199254740993}'],
    ['9007199254740993', '#', '{"answer": 9007199254740992}'],
    ['\\frac{1}{2}', '=', '{"answer": "\\\\frac{1}{2}"}'],
    ['\\frac{1}{2}', '=', '{"answer": "\\frac{1}{2}"}'],
    ['41, 42', '=', '{"answer": [41, 42]}'],
    ['42', '=', 'answer: 42\nconfidence: 95%'],
  ]);
});

test('a box command that is only mentioned opens no box; a labelled line after a box is the last word', () => {
  expectResponses([
    ['7', '=', 'Mark it with \\boxed. The result is \\boxed{7}.'],
    ['D', '=', 'It is \\boxed{x \\ll y}, so option D holds.\n\n**Answer: D**'],
  ]);
});

test('what was passed over is listed', () => {
  const found = passedOver('\\boxed{1} or \\boxed{2}. Then \\boxed{3}. It takes 4 hours', '3');
  expect(found.map(({ text }) => text)).toEqual(['1', '2', '4']);
});
