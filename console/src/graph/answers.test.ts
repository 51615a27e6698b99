import { expect, test } from 'vitest';

import { Answers } from './answers';

test('the last answers are kept, and no more: questions that are ever others fill no memory', () => {
  const answers = new Answers();
  for (let number = 0; number < 1_000; number += 1) answers.keep(`question ${number}`, number);
  expect(answers.get('question 999')).toBe(999);
  expect(answers.get('question 950')).toBe(950);
  expect(answers.get('question 949')).toBeUndefined();
});

test('an answer that is given anew is the last one', () => {
  const answers = new Answers();
  answers.keep('first', 1);
  for (let number = 0; number < 49; number += 1) answers.keep(`question ${number}`, number);
  answers.keep('first', 2);
  answers.keep('another', 3);
  expect(answers.get('first')).toBe(2);
  expect(answers.get('question 0')).toBeUndefined();
});
