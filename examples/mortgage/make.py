"""Makes everything in this folder: synthetic mortgages, a real XGBoost model of their defaults, and XGBoost's own
SHAP values and predictions for the sample rows.

    pip install "xgboost>=3.3" numpy && python make.py

The data is synthetic: no person, bank or loan stands behind it. The relations are plausible ones: default grows with
loan-to-value, debt service, arrears and unemployment in the region, and falls with credit score, savings and age of
the loan; adjustable rates hurt once their fixed period ends. The seed is fixed; the committed files came from the
versions that model.json names.
"""

import json
import math
from pathlib import Path

import numpy as np
import xgboost

SEED = 20260901
HERE = Path(__file__).parent
TRAINING_ROWS, BACKGROUND_ROWS, SAMPLE_ROWS = 20_000, 200, 1_000

FEATURES = [
    "loan_amount", "property_value", "loan_to_value", "annual_income", "debt_service_ratio", "credit_score",
    "interest_rate", "rate_type", "remaining_fixed_years", "term_years", "loan_age_months", "months_in_arrears",
    "employment_type", "employment_years", "borrower_age", "dependants", "co_borrower", "savings_months",
    "credit_cards", "card_utilisation", "recent_inquiries", "region", "regional_unemployment", "property_type",
]


def draw_mortgages(random, rows):
    """Draws mortgages as columns by name; amounts in dollars, rates in percent, ratios as fractions."""
    income = np.exp(random.normal(11.1, 0.45, rows))
    region = random.integers(0, 8, rows)
    region_price = np.array([1.0, 1.4, 0.8, 2.1, 1.2, 0.7, 1.7, 0.9])[region]
    property_value = np.exp(random.normal(12.2, 0.3, rows)) * region_price * (income / 66_000) ** 0.5
    loan_to_value = np.clip(random.beta(5, 2.2, rows) * 1.05, 0.1, 1.05)
    loan_amount = property_value * loan_to_value
    credit_score = np.clip(random.normal(705, 65, rows), 480, 850)
    rate_type = random.choice([0, 1, 2], rows, p=[0.55, 0.35, 0.10])  # fixed, adjustable, interest only
    interest_rate = np.clip(
        4.6 + (720 - credit_score) * 0.009 + 1.2 * (loan_to_value - 0.8) - 0.6 * (rate_type == 1)
        + random.normal(0, 0.5, rows), 1.8, 12.5)
    term_years = random.choice([15, 20, 25, 30], rows, p=[0.15, 0.2, 0.25, 0.4])
    monthly_rate = interest_rate / 1200
    payment = loan_amount * monthly_rate / (1 - (1 + monthly_rate) ** (-12 * term_years))
    other_debt = income * random.beta(1.5, 12, rows)
    loan_age = np.minimum(random.exponential(40, rows), 12 * term_years - 6).round()
    remaining_fixed = np.where(rate_type == 1, np.clip(5 - loan_age / 12 + random.normal(0, 1.5, rows), 0, 10), np.nan)
    employment_type = random.choice([0, 1, 2, 3], rows, p=[0.68, 0.17, 0.08, 0.07])  # employed, self, contract, retired
    age = np.clip(random.normal(43, 11, rows), 20, 80).round()
    columns = {
        "loan_amount": loan_amount.round(-2),
        "property_value": property_value.round(-2),
        "loan_to_value": loan_to_value.round(4),
        "annual_income": income.round(-2),
        "debt_service_ratio": ((payment * 12 + other_debt) / income).round(4),
        "credit_score": credit_score.round(),
        "interest_rate": interest_rate.round(3),
        "rate_type": rate_type,
        "remaining_fixed_years": remaining_fixed.round(2),
        "term_years": term_years,
        "loan_age_months": loan_age,
        "months_in_arrears": np.minimum(random.poisson(np.exp((640 - credit_score) / 60)), 12),
        "employment_type": employment_type,
        "employment_years": np.where(employment_type == 3, np.nan, np.clip(random.gamma(1.6, 4.5, rows), 0, age - 18)).round(1),
        "borrower_age": age,
        "dependants": np.minimum(random.poisson(1.1, rows), 6),
        "co_borrower": random.integers(0, 2, rows),
        "savings_months": np.clip(random.gamma(1.3, 3.2, rows), 0, 48).round(1),
        "credit_cards": np.minimum(random.poisson(2.4, rows), 9),
        "card_utilisation": np.clip(random.beta(1.6, 3.4, rows), 0, 1).round(3),
        "recent_inquiries": np.minimum(random.poisson(0.9, rows), 8),
        "region": region,
        "regional_unemployment": (np.array([4.1, 5.2, 6.9, 3.6, 4.8, 8.3, 5.7, 7.4])[region] + random.normal(0, 0.5, rows)).round(2),
        "property_type": random.choice([0, 1, 2, 3], rows, p=[0.55, 0.25, 0.15, 0.05]),  # house, flat, terrace, rural
    }
    # Files have gaps: some never said, some could not be asked.
    for name, share in {"annual_income": 0.03, "credit_score": 0.02, "savings_months": 0.12, "card_utilisation": 0.06}.items():
        columns[name] = np.where(random.random(rows) < share, np.nan, columns[name].astype(float))
    complete = np.column_stack([columns[name].astype(float) for name in FEATURES])
    truth = dict(loan_to_value=loan_to_value, credit_score=credit_score, income=income)
    return complete, columns, truth


def draw_defaults(random, columns, truth):
    """Draws who defaults: a logistic relation with a few honest interactions, and noise nobody can see."""
    fixed_over = (columns["rate_type"] == 1) & (np.nan_to_num(columns["remaining_fixed_years"], nan=9) < 0.5)
    savings = np.nan_to_num(columns["savings_months"], nan=2.0)
    utilisation = np.nan_to_num(columns["card_utilisation"], nan=0.45)
    margin = (
        -5.0
        + 4.5 * np.maximum(truth["loan_to_value"] - 0.75, 0)
        + 3.2 * np.clip(columns["debt_service_ratio"] - 0.32, -0.2, 0.6)
        - 0.0095 * (truth["credit_score"] - 700)
        + 0.55 * columns["months_in_arrears"]
        + 0.16 * (columns["regional_unemployment"] - 5)
        + 0.9 * fixed_over * (1 + 2 * (columns["interest_rate"] > 6))
        + 0.5 * (columns["rate_type"] == 2)
        + 0.45 * (columns["employment_type"] == 1) + 0.75 * (columns["employment_type"] == 2)
        - 0.06 * np.minimum(savings, 18)
        - 0.35 * columns["co_borrower"]
        + 1.1 * np.maximum(utilisation - 0.5, 0)
        + 0.14 * columns["recent_inquiries"]
        - 0.004 * columns["loan_age_months"]
        + 0.3 * np.isnan(columns["annual_income"])
        + 1.4 * (truth["loan_to_value"] > 0.9) * (columns["regional_unemployment"] > 6.5)
        + random.normal(0, 0.6, len(truth["income"]))
    )
    return (random.random(len(margin)) < 1 / (1 + np.exp(-margin))).astype(int)


def write_csv(name, header, table):
    """Writes numbers so that they read back as they were; a missing value is an empty cell."""
    with open(HERE / name, "w", newline="\n") as file:
        file.write(",".join(header) + "\n")
        for row in table:
            file.write(",".join("" if math.isnan(x) else repr(int(x)) if float(x).is_integer() else repr(float(x)) for x in row) + "\n")


def main():
    random = np.random.default_rng(SEED)
    rows, columns, truth = draw_mortgages(random, TRAINING_ROWS + BACKGROUND_ROWS + SAMPLE_ROWS)
    defaults = draw_defaults(random, columns, truth)
    train, background, sample = np.split(rows, [TRAINING_ROWS, TRAINING_ROWS + BACKGROUND_ROWS])

    booster = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 6, "eta": 0.05, "subsample": 0.8, "colsample_bytree": 0.8,
         "min_child_weight": 2, "lambda": 2, "tree_method": "hist", "nthread": 1, "seed": SEED},
        xgboost.DMatrix(train, defaults[:TRAINING_ROWS], feature_names=FEATURES),
        num_boost_round=200,
    )
    booster.save_model(HERE / "model.json")

    matrix = xgboost.DMatrix(sample, feature_names=FEATURES)
    contributions = booster.predict(matrix, pred_contribs=True).astype(float)
    margins = booster.predict(matrix, output_margin=True).astype(float)
    write_csv("background.csv", FEATURES, background)
    write_csv("sample.csv", FEATURES, sample)
    write_csv("expected-shap.csv", FEATURES + ["base_value"], contributions)
    write_csv("expected-predictions.csv", ["margin", "probability"],
              np.column_stack([margins, booster.predict(matrix).astype(float)]))
    auc = roc_auc(defaults[TRAINING_ROWS + BACKGROUND_ROWS:], margins)
    print(json.dumps({"xgboost": xgboost.__version__, "default_rate": round(float(defaults.mean()), 4), "sample_auc": round(auc, 3)}))


def roc_auc(labels, scores):
    order = np.argsort(scores)
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = labels == 1
    return float((ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2) / (positive.sum() * (~positive).sum()))


if __name__ == "__main__":
    main()
