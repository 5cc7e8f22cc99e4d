"Files, messages, devices, figures"
