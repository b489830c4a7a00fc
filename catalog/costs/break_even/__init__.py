"""Break-even of two models: where the cheaper one changes, by output, by cached share, by length of the prompt."""
