import { createTokenCheck } from '../../../src/streams/host/token';

describe('createTokenCheck', () => {
  const isRight = createTokenCheck('s3cret');

  it.each(['Bearer s3cret', 'bearer s3cret', 'BEARER  s3cret'])('accepts %p', (authorization) => {
    expect(isRight(authorization)).toBe(true);
  });

  it.each([
    undefined,
    null,
    0,
    {},
    ['Bearer s3cret'],
    '',
    's3cret',
    'Bearer',
    'Bearer ',
    'Bearer s3cre',
    'Bearer s3cret2',
    'Bearer s3cret s3cret',
    'Basic s3cret',
    'Bearer S3CRET',
  ])('refuses %p', (authorization) => {
    expect(isRight(authorization)).toBe(false);
  });

  it('is not satisfied by nothing when the token is empty', () => {
    expect(createTokenCheck('')('Bearer ')).toBe(false);
    expect(createTokenCheck('')(undefined)).toBe(false);
  });
});
