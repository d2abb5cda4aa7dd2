/*
 * Heat on a rod: the explicit scheme for the heat equation in one dimension, u_t = u_xx, with ends held at
 * their temperature (Press et al., Numerical Recipes, section 20.2).
 *
 *   heat ROD STEPS     reads one temperature a line from ROD, takes STEPS time steps, and writes the
 *                      temperatures at the end to rod.out
 */
#include <stdio.h>
#include <stdlib.h>

enum { MOST_POINTS = 1000000 };

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: heat ROD STEPS\n");
    return 2;
  }
  FILE *in = fopen(argv[1], "r");
  if (in == NULL) {
    perror(argv[1]);
    return 1;
  }
  double *u = malloc(MOST_POINTS * sizeof *u), *next = malloc(MOST_POINTS * sizeof *next);
  if (u == NULL || next == NULL) return 1;
  int n = 0;
  while (n < MOST_POINTS && fscanf(in, "%lf", &u[n]) == 1) n++;
  fclose(in);
  if (n < 3) {
    fprintf(stderr, "%s: a rod has three points at least\n", argv[1]);
    return 1;
  }

  const long steps = strtol(argv[2], NULL, 10);
  const double r = 0.25; /* dt / dx^2: stable up to 0.5 */
  next[0] = u[0];
  next[n - 1] = u[n - 1];
  for (long step = 0; step < steps; step++) {
    for (int i = 1; i < n - 1; i++) next[i] = u[i] + r * (u[i - 1] - 2 * u[i] + u[i + 1]);
    double *swap = u;
    u = next;
    next = swap;
  }

  FILE *out = fopen("rod.out", "w");
  if (out == NULL) {
    perror("rod.out");
    return 1;
  }
  double sum = 0, hottest = u[0];
  for (int i = 0; i < n; i++) {
    fprintf(out, "%.6f\n", u[i]);
    sum += u[i];
    if (u[i] > hottest) hottest = u[i];
  }
  if (fclose(out) != 0) return 1;
  printf("%d points after %ld steps: mean %.3f, hottest %.3f\n", n, steps, sum / n, hottest);
  return 0;
}
