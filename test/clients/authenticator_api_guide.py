"""The two functions of the published guide to AuthenticatorAPI.com, with nothing changed but the base URL."""

import os
import sys

import requests

BASE_URL = os.environ["BASE_URL"]


def get_qr_code_html(app_name, app_info, secret_code):
    response = requests.get(
        f"{BASE_URL}/pair.aspx",
        params={"AppName": app_name, "AppInfo": app_info, "SecretCode": secret_code},
        timeout=10,
    )
    response.raise_for_status()
    return response.text


def validate_totp_pin(pin, secret_code):
    response = requests.get(
        f"{BASE_URL}/Validate.aspx",
        params={"Pin": pin, "SecretCode": secret_code},
        timeout=10,
    )
    response.raise_for_status()
    return response.text.strip().lower() == "true"


if __name__ == "__main__":
    function, *arguments = sys.argv[1:]
    print(globals()[function](*arguments))
