/** Compares names case-insensitively, and numbers by value (`file2` before `file10`). Never 0 for different names. */
export function compareNames(one: string, other: string): number {
  let left = 0;
  let right = 0;
  while (left < one.length && right < other.length) {
    const leftCode = one.charCodeAt(left);
    const rightCode = other.charCodeAt(right);
    if (isDigit(leftCode) && isDigit(rightCode)) {
      const leftEnd = endOfNumber(one, left);
      const rightEnd = endOfNumber(other, right);
      const order = compareNumbers(
        one,
        skipZeros(one, left, leftEnd),
        leftEnd,
        other,
        skipZeros(other, right, rightEnd),
        rightEnd,
      );
      if (order !== 0) return order;
      left = leftEnd;
      right = rightEnd;
    } else {
      const order = fold(leftCode) - fold(rightCode);
      if (order !== 0) return order;
      left++;
      right++;
    }
  }
  return one.length - left - (other.length - right) || (one < other ? -1 : one > other ? 1 : 0);
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function fold(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  return String.fromCharCode(code).toLowerCase().charCodeAt(0);
}

function endOfNumber(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function skipZeros(text: string, from: number, end: number): number {
  let start = from;
  while (start < end - 1 && text.charCodeAt(start) === 0x30) start++;
  return start;
}

function compareNumbers(
  one: string,
  from: number,
  end: number,
  other: string,
  otherFrom: number,
  otherEnd: number,
): number {
  if (end - from !== otherEnd - otherFrom) return end - from - (otherEnd - otherFrom);
  for (let offset = 0; from + offset < end; offset++) {
    const order = one.charCodeAt(from + offset) - other.charCodeAt(otherFrom + offset);
    if (order !== 0) return order;
  }
  return 0;
}
